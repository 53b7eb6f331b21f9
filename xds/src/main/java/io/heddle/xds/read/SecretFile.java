package io.heddle.xds.read;

import com.google.protobuf.InvalidProtocolBufferException;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import io.heddle.model.problem.Checked;
import io.heddle.model.problem.Problem;
import io.heddle.traffic.runtime.FileSecret;
import io.heddle.xds.read.core.Findings;
import io.heddle.xds.read.core.Scope;
import io.heddle.xds.read.tls.SecretReader;
import io.heddle.xds.schema.Schema;
import io.heddle.xds.schema.TreeMessage;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/// Reads a file of secrets as `path_config_source` names it: the `resources` of a `DiscoveryResponse`, in YAML or JSON.
/// Pure; safe on any thread.
public final class SecretFile {
    private static final String TYPE = "@type";
    private static final String RESOURCES = "resources";

    private SecretFile() {}

    /// The secret `name` in `text`; `object` names the file in problems.
    public static Checked<FileSecret> read(String object, String text, String name) {
        var findings = new Findings();
        try {
            if (YamlTree.read(text).root() instanceof Map<?, ?> document
                    && document.get(RESOURCES) instanceof List<?> resources) {
                for (int i = 0; i < resources.size(); i++) {
                    var scope = new Scope(findings, object, RESOURCES + "[" + i + "]");
                    if (resources.get(i) instanceof Map<?, ?> resource && name.equals(resource.get("name"))) {
                        return Checked.of(secret(resource, scope), findings.problems());
                    }
                }
            }
        } catch (YamlEngineException invalid) {
            return refused(object, "is no YAML or JSON: " + YamlTree.words(invalid), "mend the file");
        } catch (InvalidProtocolBufferException | TreeMessage.TooLarge invalid) {
            return refused(object, "holds no secrets: " + invalid.getMessage(), "see Envoy's Secret");
        }
        return refused(object, "has no secret " + name, "add it to `resources`");
    }

    private static FileSecret secret(Map<?, ?> resource, Scope scope) throws InvalidProtocolBufferException {
        var fields = new LinkedHashMap<Object, Object>(resource);
        var type = fields.remove(TYPE);
        if (type instanceof String url && !url.endsWith("/" + Schema.fullName(Secret.class))) {
            scope.at(TYPE).error("is no secret: " + url, "write type.googleapis.com/" + Schema.fullName(Secret.class));
            return FileSecret.NOTHING;
        }
        return SecretReader.local(Secret.parseFrom(YamlTree.bytes(Secret.class, fields, scope)), scope);
    }

    private static Checked<FileSecret> refused(String object, String reason, String remedy) {
        return Checked.rejected(Problem.error(object, "", reason, remedy));
    }
}
