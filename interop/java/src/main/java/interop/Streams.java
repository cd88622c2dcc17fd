package interop;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.Record;

/**
 * A small agency on Kafka Streams, exactly once.
 *
 * <p>What it takes back, it says and then fails: the transaction of that moment is aborted, and a new thread goes on
 * from where the last one was committed.
 */
public final class Streams {
    private static final Set<String> REGRETTED = ConcurrentHashMap.newKeySet();

    /** Kafka Streams' producer lingers for a tenth of a second: what it never sent would be no test of an abort. */
    private static final Duration SENT = Duration.ofMillis(500);

    private Streams() {}

    public static void main(String[] arguments) throws Exception {
        Agency agency = Agency.of(arguments[0]);
        Properties settings = new Properties();
        settings.put("bootstrap.servers", agency.setting("kafka"));
        settings.put("application.id", agency.setting("name"));
        settings.put("processing.guarantee", "exactly_once_v2");
        settings.put("auto.offset.reset", "earliest");
        settings.put("state.dir", Files.createTempDirectory("streams").toString());
        if (!agency.setting("codec").isEmpty()) {
            settings.put("producer.compression.type", agency.setting("codec"));
        }
        var bytes = Serdes.ByteArray();
        Topology topology = new Topology()
                .addSource("heard", bytes.deserializer(), bytes.deserializer(), agency.topics().toArray(String[]::new))
                .addProcessor("agency", () -> new Answering(agency), "heard")
                .addSink("said", Agency.REPORTS, bytes.serializer(), bytes.serializer(), "agency");
        KafkaStreams streams = new KafkaStreams(topology, settings);
        streams.setUncaughtExceptionHandler(error -> StreamThreadExceptionResponse.REPLACE_THREAD);
        streams.start();
    }

    private static final class Answering extends ContextualProcessor<byte[], byte[], byte[], byte[]> {
        private final Agency agency;

        Answering(Agency agency) {
            this.agency = agency;
        }

        @Override
        public void process(Record<byte[], byte[]> record) {
            Agency.Answers answers = agency.answers(record.value());
            if (agency.transactions() && !answers.takenBack().isEmpty()) {
                for (JsonNode report : answers.takenBack()) {
                    if (REGRETTED.add(report.get("id").asText())) {
                        say(record, report);
                        LockSupport.parkNanos(SENT.toNanos());
                        throw new IllegalStateException("what was just said is taken back");
                    }
                }
            }
            answers.said().forEach(report -> say(record, report));
        }

        private void say(Record<byte[], byte[]> heard, JsonNode report) {
            byte[] key = report.get("subject").asText().getBytes(java.nio.charset.StandardCharsets.UTF_8);
            context().forward(heard.withKey(key).withValue(Agency.written(report)));
        }
    }
}
