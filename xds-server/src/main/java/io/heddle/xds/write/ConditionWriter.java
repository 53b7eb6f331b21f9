package io.heddle.xds.write;

import io.envoyproxy.envoy.config.rbac.v3.Permission;
import io.envoyproxy.envoy.config.rbac.v3.Principal;
import io.heddle.model.resource.AccessPolicy;
import io.heddle.model.resource.AccessPolicy.Condition;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/// Writes further conditions of an access rule. One that is not known fails closed: an ALLOW rule then never fits,
/// and a DENY rule fits without it.
final class ConditionWriter {
    private static final String HEADER = "request.headers[";

    private final InboundPort port;
    private final AccessPolicy.Action action;

    ConditionWriter(InboundPort port, AccessPolicy.Action action) {
        this.port = port;
        this.action = action;
    }

    /// Adds the condition's demands to those on the source or on the operation.
    void write(Condition condition, List<Principal> sources, List<Permission> operations) {
        var key = condition.key();
        if (key.startsWith(HEADER) && key.endsWith("]")) {
            var name = key.substring(HEADER.length(), key.length() - 1).toLowerCase(Locale.ROOT);
            source(
                    condition,
                    sources,
                    value -> Principal.newBuilder()
                            .setHeader(TextMatches.header(name, value))
                            .build());
            return;
        }
        switch (key) {
            case "source.ip" -> source(condition, sources, SourceWriter::address);
            case "source.namespace" -> source(condition, sources, SourceWriter::namespace);
            case "source.principal" -> source(condition, sources, SourceWriter::principal);
            case "destination.port" -> {
                var writer = new OperationWriter(port);
                OperationWriter.demand(
                        operations, condition.values(), condition.notValues(), value -> writer.port(number(value)));
            }
            default -> {
                if (action == AccessPolicy.Action.ALLOW) {
                    sources.add(SourceWriter.never());
                }
            }
        }
    }

    private static void source(Condition condition, List<Principal> sources, Function<String, Principal> writer) {
        SourceWriter.demand(sources, condition.values(), condition.notValues(), writer);
    }

    /// A port number; -1, which fits no port, for anything else.
    private static int number(String value) {
        return value.matches("[0-9]{1,5}") ? Integer.parseInt(value) : -1;
    }
}
