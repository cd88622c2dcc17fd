// A small agency on sarama; with a mode, its records are read and made by the CloudEvents SDK.
package main

import (
	"context"
	"encoding/json"

	"interop/agency"

	"github.com/IBM/sarama"
	kafka "github.com/cloudevents/sdk-go/protocol/kafka_sarama/v2"
	"github.com/cloudevents/sdk-go/v2/binding"
	cloudevents "github.com/cloudevents/sdk-go/v2/event"
)

var codecs = map[string]sarama.CompressionCodec{
	"gzip": sarama.CompressionGZIP, "snappy": sarama.CompressionSnappy, "lz4": sarama.CompressionLZ4, "zstd": sarama.CompressionZSTD,
}

type reader struct {
	told     agency.Config
	producer sarama.SyncProducer
}

func main() {
	told := agency.ReadConfig()
	settings := sarama.NewConfig()
	settings.Consumer.Offsets.Initial = sarama.OffsetOldest
	settings.Consumer.IsolationLevel = sarama.ReadCommitted
	settings.Producer.Return.Successes = true
	if told.Codec != "" {
		settings.Producer.Compression = codecs[told.Codec]
	}
	if told.Transactions {
		settings.Producer.Transaction.ID = told.Name
		settings.Producer.Idempotent = true
		settings.Producer.RequiredAcks = sarama.WaitForAll
		settings.Net.MaxOpenRequests = 1
	}
	producer, err := sarama.NewSyncProducer([]string{told.Kafka}, settings)
	agency.Must(err)
	group, err := sarama.NewConsumerGroup([]string{told.Kafka}, told.Name, settings)
	agency.Must(err)
	for {
		agency.Must(group.Consume(context.Background(), told.Topics(), &reader{told, producer}))
	}
}

func (*reader) Setup(sarama.ConsumerGroupSession) error   { return nil }
func (*reader) Cleanup(sarama.ConsumerGroupSession) error { return nil }

// ConsumeClaim is called for each partition in a goroutine of its own; a transaction is the producer's, not theirs.
func (one *reader) ConsumeClaim(session sarama.ConsumerGroupSession, claim sarama.ConsumerGroupClaim) error {
	for record := range claim.Messages() {
		takenBack, said := one.told.AnswersTo(read(one.told.Mode, record.Value))
		if one.told.Transactions && said != nil {
			one.within(takenBack, one.producer.AbortTxn)
			one.within(said, one.producer.CommitTxn)
		} else {
			one.send(said)
		}
		session.MarkMessage(record, "")
	}
	return nil
}

var transaction = make(chan struct{}, 1)

func (one *reader) within(reports []agency.Event, end func() error) {
	transaction <- struct{}{}
	defer func() { <-transaction }()
	agency.Must(one.producer.BeginTxn())
	one.send(reports)
	agency.Must(end())
}

func (one *reader) send(reports []agency.Event) {
	for _, report := range reports {
		message := &sarama.ProducerMessage{Topic: "agency.reported", Value: sarama.ByteEncoder(report.JSON())}
		if one.told.Mode != "" {
			message = made(one.told.Mode, report)
		}
		message.Key = sarama.StringEncoder(report.Subject)
		_, _, err := one.producer.SendMessage(message)
		agency.Must(err)
	}
}

func read(mode string, value []byte) (heard agency.Event) {
	if mode == "" {
		agency.Must(json.Unmarshal(value, &heard))
		return heard
	}
	var event cloudevents.Event
	agency.Must(json.Unmarshal(value, &event))
	text, err := json.Marshal(event)
	agency.Must(err)
	agency.Must(json.Unmarshal(text, &heard))
	return heard
}

func made(mode string, report agency.Event) *sarama.ProducerMessage {
	var event cloudevents.Event
	agency.Must(json.Unmarshal(report.JSON(), &event))
	ctx := binding.WithForceStructured(context.Background())
	if mode == "binary" {
		ctx = binding.WithForceBinary(context.Background())
	}
	message := &sarama.ProducerMessage{Topic: "agency.reported"}
	agency.Must(kafka.WriteProducerMessage(ctx, binding.ToMessage(&event), message))
	return message
}
