// A small agency on franz-go.
package main

import (
	"context"

	"interop/agency"

	"github.com/twmb/franz-go/pkg/kgo"
)

var codecs = map[string]kgo.CompressionCodec{
	"gzip": kgo.GzipCompression(), "snappy": kgo.SnappyCompression(), "lz4": kgo.Lz4Compression(), "zstd": kgo.ZstdCompression(),
}

func main() {
	told, ctx := agency.ReadConfig(), context.Background()
	options := []kgo.Opt{
		kgo.SeedBrokers(told.Kafka),
		kgo.ConsumerGroup(told.Name),
		kgo.ConsumeTopics(told.Topics()...),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),
		kgo.FetchIsolationLevel(kgo.ReadCommitted()),
		kgo.DefaultProduceTopic("agency.reported"),
	}
	if told.Codec != "" {
		options = append(options, kgo.ProducerBatchCompression(codecs[told.Codec]))
	}
	if told.Transactions {
		options = append(options, kgo.TransactionalID(told.Name))
	}
	client, err := kgo.NewClient(options...)
	agency.Must(err)
	for {
		fetches := client.PollFetches(ctx)
		agency.Must(fetches.Err())
		fetches.EachRecord(func(record *kgo.Record) {
			takenBack, said := told.Answers(record.Value)
			if told.Transactions && said != nil {
				within(ctx, client, told, takenBack, kgo.TryAbort)
				within(ctx, client, told, said, kgo.TryCommit)
			} else {
				send(ctx, client, told, said)
			}
		})
	}
}

func within(ctx context.Context, client *kgo.Client, told agency.Config, reports []agency.Event, end kgo.TransactionEndTry) {
	agency.Must(client.BeginTransaction())
	send(ctx, client, told, reports)
	agency.Must(client.EndTransaction(ctx, end))
}

func send(ctx context.Context, client *kgo.Client, told agency.Config, reports []agency.Event) {
	for _, report := range reports {
		record := &kgo.Record{Key: []byte(report.Subject), Value: report.JSON()}
		if key, signs := told.Keys[report.Data["agency"].(string)]; signs {
			record.Headers = []kgo.RecordHeader{{Key: "lt-signature", Value: key.Signature(record.Value)}}
		}
		agency.Must(client.ProduceSync(ctx, record).FirstErr())
	}
}
