// A small agency on confluent-kafka-go.
package main

import (
	"context"
	"time"

	"interop/agency"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
)

var topic = "agency.reported"

func main() {
	told := agency.ReadConfig()
	consumer, err := kafka.NewConsumer(&kafka.ConfigMap{
		"bootstrap.servers": told.Kafka, "group.id": told.Name, "auto.offset.reset": "earliest",
	})
	agency.Must(err)
	agency.Must(consumer.SubscribeTopics(told.Topics(), nil))
	settings := kafka.ConfigMap{"bootstrap.servers": told.Kafka}
	if told.Codec != "" {
		settings["compression.type"] = told.Codec
	}
	if told.Transactions {
		settings["transactional.id"] = told.Name
	}
	producer, err := kafka.NewProducer(&settings)
	agency.Must(err)
	if told.Transactions {
		agency.Must(producer.InitTransactions(context.Background()))
	}
	for {
		record, err := consumer.ReadMessage(time.Second)
		if err != nil && err.(kafka.Error).IsTimeout() {
			continue
		}
		agency.Must(err)
		takenBack, said := told.Answers(record.Value)
		if told.Transactions && said != nil {
			within(producer, takenBack, producer.AbortTransaction)
			within(producer, said, producer.CommitTransaction)
		} else {
			send(producer, said)
		}
	}
}

func within(producer *kafka.Producer, reports []agency.Event, end func(context.Context) error) {
	agency.Must(producer.BeginTransaction())
	send(producer, reports)
	agency.Must(end(context.Background()))
}

func send(producer *kafka.Producer, reports []agency.Event) {
	taken := make(chan kafka.Event, 1)
	for _, report := range reports {
		agency.Must(producer.Produce(&kafka.Message{
			TopicPartition: kafka.TopicPartition{Topic: &topic, Partition: kafka.PartitionAny},
			Key:            []byte(report.Subject),
			Value:          report.JSON(),
		}, taken))
		agency.Must((<-taken).(*kafka.Message).TopicPartition.Error)
	}
}
