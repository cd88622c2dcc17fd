package interop;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** A small agency on Apache Kafka's own clients; with a mode, its records are read and made by the CloudEvents SDK. */
public final class KafkaClients {
    private final Agency agency;
    private final KafkaProducer<byte[], byte[]> producer;

    private KafkaClients(Agency agency) {
        this.agency = agency;
        Properties settings = new Properties();
        settings.put("bootstrap.servers", agency.setting("kafka"));
        if (!agency.setting("codec").isEmpty()) {
            settings.put("compression.type", agency.setting("codec"));
        }
        if (agency.transactions()) {
            settings.put("transactional.id", agency.setting("name"));
        }
        this.producer = new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
        if (agency.transactions()) {
            producer.initTransactions();
        }
    }

    public static void main(String[] arguments) throws Exception {
        new KafkaClients(Agency.of(arguments[0])).work();
    }

    private void work() throws Exception {
        Properties settings = new Properties();
        settings.put("bootstrap.servers", agency.setting("kafka"));
        settings.put("group.id", agency.setting("name"));
        settings.put("auto.offset.reset", "earliest");
        settings.put("isolation.level", "read_committed");
        try (var consumer =
                new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.subscribe(agency.topics());
            while (true) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofSeconds(1))) {
                    answer(agency.answers(Events.heard(agency.setting("mode"), record.value())));
                }
            }
        }
    }

    private void answer(Agency.Answers answers) throws Exception {
        if (answers.said().isEmpty()) {
            return;
        }
        if (!agency.transactions()) {
            send(answers.said());
            return;
        }
        producer.beginTransaction();
        send(answers.takenBack());
        producer.abortTransaction();
        producer.beginTransaction();
        send(answers.said());
        producer.commitTransaction();
    }

    private void send(List<JsonNode> reports) throws Exception {
        for (JsonNode report : reports) {
            byte[] key = report.get("subject").asText().getBytes(java.nio.charset.StandardCharsets.UTF_8);
            ProducerRecord<byte[], byte[]> record = Events.record(agency.setting("mode"), key, report);
            JsonNode signs = agency.key(report.get("data").get("agency").asText());
            if (signs != null) {
                record.headers().add(Signing.HEADER, Signing.signature(signs, record.value()));
            }
            producer.send(record).get();
        }
    }
}
