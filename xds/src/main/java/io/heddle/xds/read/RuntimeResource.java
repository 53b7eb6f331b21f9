package io.heddle.xds.read;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import io.envoyproxy.envoy.service.runtime.v3.Runtime;
import io.heddle.model.problem.Checked;
import io.heddle.model.problem.Problem;
import io.heddle.traffic.layer.RuntimeLayer;
import io.heddle.xds.read.core.Findings;
import io.heddle.xds.read.core.Scope;

/// Reads a layer of a runtime that was sent, a `service.runtime.v3.Runtime`. Pure; safe on any thread.
public final class RuntimeResource {
    /// The type's URL.
    public static final String TYPE_URL = "type.googleapis.com/envoy.service.runtime.v3.Runtime";

    private RuntimeResource() {}

    /// The layer, under the resource's name; what is refused names the resource, too.
    public static Checked<RuntimeLayer> read(Any resource) {
        var findings = new Findings();
        try {
            var message = Runtime.parseFrom(resource.getValue());
            var scope = new Scope(findings, "Runtime " + message.getName(), "");
            var layer = LayerReader.resource(message, scope);
            return Checked.of(layer, findings.problems());
        } catch (InvalidProtocolBufferException malformed) {
            return Checked.rejected(
                    Problem.error("Runtime", "", "is malformed: " + malformed.getMessage(), "send a Runtime"));
        }
    }

    /// The name that a resource says it has; empty where it cannot be read.
    public static String name(Any resource) {
        try {
            return Runtime.parseFrom(resource.getValue()).getName();
        } catch (InvalidProtocolBufferException _) {
            return "";
        }
    }
}
