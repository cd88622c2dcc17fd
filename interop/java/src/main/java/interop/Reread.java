package interop;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.cloudevents.core.format.EventDeserializationException;
import io.cloudevents.jackson.JsonFormat;
import io.cloudevents.rw.CloudEventRWException;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** What CloudEvents' SDK makes of records: reads each file and writes it again, one line of JSON each. */
public final class Reread {
    private Reread() {}

    public static void main(String[] files) throws IOException {
        ObjectMapper json = new ObjectMapper();
        JsonFormat format = new JsonFormat();
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        for (String file : files) {
            ObjectNode said = json.createObjectNode().put("file", file);
            try {
                byte[] again = format.serialize(format.deserialize(Files.readAllBytes(Path.of(file))));
                said.set("event", json.readTree(again));
            } catch (EventDeserializationException | CloudEventRWException error) {
                said.put("refused", error.getMessage());
            }
            out.println(json.writeValueAsString(said));
        }
    }
}
