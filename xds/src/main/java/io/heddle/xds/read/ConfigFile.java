package io.heddle.xds.read;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import io.heddle.model.problem.Checked;
import io.heddle.model.problem.Problem;
import io.heddle.xds.file.TextFile;
import io.heddle.xds.read.core.Findings;
import io.heddle.xds.read.core.Scope;
import io.heddle.xds.resource.NamedResource;
import io.heddle.xds.resource.ResourceType;
import io.heddle.xds.schema.TreeMessage;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/// Reads a file of resources as `path_config_source` names it: a `DiscoveryResponse`, in its bytes (`.pb`),
/// else in YAML or JSON. Safe on any thread; the file is read on the caller's.
public final class ConfigFile {
    private static final String BYTES = ".pb";
    /// As a file is that somebody is about to write.
    private static final String EMPTY = "is empty";

    private ConfigFile() {}

    /// The resources in the file called `path`, all of `type`, or why it cannot be used.
    public static Checked<List<NamedResource>> read(ResourceType type, String path) {
        var object = "file " + TextFile.shown(path);
        var response = path.endsWith(BYTES)
                ? TextFile.bytes(object, path).then(bytes -> parsed(object, bytes))
                : TextFile.read(object, path).then(text -> written(object, text));
        return response.then(read -> resources(object, type, read));
    }

    private static Checked<DiscoveryResponse> parsed(String object, byte[] bytes) {
        try {
            return bytes.length == 0 ? refused(object, EMPTY) : Checked.ok(DiscoveryResponse.parseFrom(bytes));
        } catch (InvalidProtocolBufferException invalid) {
            return refused(object, "holds no DiscoveryResponse: " + invalid.getMessage());
        }
    }

    private static Checked<DiscoveryResponse> written(String object, String text) {
        var findings = new Findings();
        try {
            var tree = YamlTree.read(text).root();
            if (tree == null) {
                return refused(object, EMPTY);
            }
            var bytes = YamlTree.bytes(DiscoveryResponse.class, tree, new Scope(findings, object, ""));
            return findings.problems().isEmpty()
                    ? Checked.ok(DiscoveryResponse.parseFrom(bytes))
                    : new Checked.Rejected<>(findings.problems());
        } catch (YamlEngineException invalid) {
            return refused(object, "is no YAML or JSON: " + YamlTree.words(invalid));
        } catch (InvalidProtocolBufferException | TreeMessage.TooLarge invalid) {
            return refused(object, "holds no DiscoveryResponse: " + invalid.getMessage());
        }
    }

    private static Checked<List<NamedResource>> resources(
            String object, ResourceType type, DiscoveryResponse response) {
        var read = new ArrayList<NamedResource>();
        var names = new HashSet<String>();
        var problems = new ArrayList<Problem>();
        for (int i = 0; i < response.getResourcesCount(); i++) {
            try {
                var resource = NamedResource.read(type, "", unwrapped(response.getResources(i)));
                read.add(resource);
                if (!names.add(resource.name())) {
                    problems.add(Problem.error(
                            object, "resources[" + i + "]", resource.name() + " stands twice", "rename one of them"));
                }
            } catch (InvalidProtocolBufferException invalid) {
                problems.add(Problem.error(
                        object,
                        "resources[" + i + "]",
                        "is no " + type + ": " + invalid.getMessage(),
                        "write resources of " + type.typeUrl()));
            }
        }
        return problems.isEmpty() ? Checked.ok(List.copyOf(read)) : new Checked.Rejected<>(problems);
    }

    /// The resource; it may be in a wrapper with its name (xRFC TP2).
    private static Any unwrapped(Any sent) throws InvalidProtocolBufferException {
        return sent.is(Resource.class) ? sent.unpack(Resource.class).getResource() : sent;
    }

    private static <T> Checked<T> refused(String object, String reason) {
        return Checked.rejected(Problem.error(object, "", reason, "write a DiscoveryResponse into it"));
    }
}
