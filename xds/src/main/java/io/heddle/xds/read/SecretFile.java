package io.heddle.xds.read;

import com.google.protobuf.InvalidProtocolBufferException;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import io.heddle.model.problem.Checked;
import io.heddle.model.problem.Problem;
import io.heddle.traffic.runtime.CertificateSource;
import io.heddle.traffic.runtime.TrustSource;
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

    /// What a secret of a file is.
    ///
    /// @param certificate its certificate and key; none where it trusts
    /// @param trust whom it trusts; none where it is a certificate
    /// @param revocations what those have revoked; may be none
    public record Found(CertificateSource certificate, TrustSource trust, TrustSource revocations) {
        static final Found NOTHING =
                new Found(new CertificateSource.None(), new TrustSource.None(), new TrustSource.None());
    }

    /// The secret `name` in `text`; `object` names the file in problems.
    public static Checked<Found> read(String object, String text, String name) {
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

    private static Found secret(Map<?, ?> resource, Scope scope) throws InvalidProtocolBufferException {
        var fields = new LinkedHashMap<Object, Object>(resource);
        var type = fields.remove(TYPE);
        if (type instanceof String url && !url.endsWith("/" + Schema.fullName(Secret.class))) {
            scope.at(TYPE).error("is no secret: " + url, "write type.googleapis.com/" + Schema.fullName(Secret.class));
            return Found.NOTHING;
        }
        var bytes = TreeMessage.bytes(
                Schema.envoy(),
                Schema.fullName(Secret.class),
                fields,
                (path, reason, remedy) -> scope.at(path).error(reason, remedy));
        return SecretReader.local(Secret.parseFrom(bytes), scope);
    }

    private static Checked<Found> refused(String object, String reason, String remedy) {
        return Checked.rejected(Problem.error(object, "", reason, remedy));
    }
}
