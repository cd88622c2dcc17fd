package interop;

import com.fasterxml.jackson.databind.JsonNode;
import io.cloudevents.CloudEvent;
import io.cloudevents.core.message.Encoding;
import io.cloudevents.jackson.JsonFormat;
import io.cloudevents.kafka.CloudEventSerializer;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;

/** How events are read and written: as plain JSON, or by the CloudEvents SDK in structured or binary mode. */
final class Events {
    private static final JsonFormat FORMAT = new JsonFormat();

    private Events() {}

    /** The JSON of an event of Liên Thông, which always is structured; with a mode, as the SDK understands it. */
    static byte[] heard(String mode, byte[] value) {
        return mode.isEmpty() ? value : FORMAT.serialize(FORMAT.deserialize(value));
    }

    static ProducerRecord<byte[], byte[]> record(String mode, byte[] key, JsonNode report) {
        byte[] value = Agency.written(report);
        if (mode.isEmpty()) {
            return new ProducerRecord<>(Agency.REPORTS, key, value);
        }
        CloudEvent event = FORMAT.deserialize(value);
        var headers = new RecordHeaders();
        try (var serializer = new CloudEventSerializer()) {
            var encoding = mode.equals("binary") ? Encoding.BINARY : Encoding.STRUCTURED;
            serializer.configure(
                    Map.of(
                            CloudEventSerializer.ENCODING_CONFIG, encoding,
                            CloudEventSerializer.EVENT_FORMAT_CONFIG, JsonFormat.CONTENT_TYPE),
                    false);
            byte[] written = serializer.serialize(Agency.REPORTS, headers, event);
            return new ProducerRecord<>(Agency.REPORTS, null, key, written, headers);
        }
    }
}
