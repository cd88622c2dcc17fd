package interop;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * networknt's validator: compiles every schema of a folder, then holds every sample against its schema.
 *
 * <p>Usage: Validate CONTRACTS; prints what is wrong, one line of JSON each.
 */
public final class Validate {
    private static final ObjectMapper JSON = new ObjectMapper();

    private Validate() {}

    public static void main(String[] arguments) throws IOException {
        Path contracts = Path.of(arguments[0]);
        for (Path file : files(contracts.resolve("schemas"))) {
            String name = file.getFileName().toString();
            Schema schema;
            try {
                schema = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12).getSchema(read(file));
                schema.initializeValidators();
            } catch (RuntimeException error) {
                wrong(name, error.getMessage());
                continue;
            }
            String topic = name.replace(".v1.json", "");
            for (Path sample : files(contracts.resolve("samples").resolve(topic))) {
                for (Error error : schema.validate(read(sample), context ->
                        context.executionConfig(config -> config.formatAssertionsEnabled(true)))) {
                    wrong(topic + "/" + sample.getFileName(), error.getMessage());
                }
            }
        }
    }

    private static List<Path> files(Path folder) throws IOException {
        try (var found = Files.list(folder)) {
            return found.filter(file -> file.toString().endsWith(".json")).sorted().toList();
        }
    }

    private static JsonNode read(Path file) throws IOException {
        return JSON.readTree(Files.readAllBytes(file));
    }

    private static void wrong(String file, String why) {
        System.out.println(JSON.createObjectNode().put("file", file).put("why", why));
    }
}
