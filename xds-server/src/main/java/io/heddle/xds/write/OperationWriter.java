package io.heddle.xds.write;

import io.envoyproxy.envoy.config.rbac.v3.Permission;
import io.envoyproxy.envoy.type.matcher.v3.PathMatcher;
import io.heddle.model.resource.AccessPolicy.Operation;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/// Writes what is asked for as RBAC permissions.
///
/// Policies name the application's port, but RBAC sees the port that the connection came in on. As one listener port
/// leads to one application port, the one stands for the other, and any other port never fits.
final class OperationWriter {
    private final InboundPort port;

    OperationWriter(InboundPort port) {
        this.port = port;
    }

    /// The demands of an operation; all must hold.
    List<Permission> write(Operation operation) {
        var demands = new ArrayList<Permission>();
        demand(demands, operation.hosts(), operation.notHosts(), OperationWriter::host);
        demand(demands, operation.ports(), operation.notPorts(), this::port);
        demand(demands, operation.methods(), operation.notMethods(), OperationWriter::method);
        demand(demands, operation.paths(), operation.notPaths(), OperationWriter::path);
        return demands;
    }

    static <T> void demand(List<Permission> demands, List<T> values, List<T> not, Function<T, Permission> writer) {
        if (!values.isEmpty()) {
            demands.add(anyOf(values, writer));
        }
        if (!not.isEmpty()) {
            demands.add(Permission.newBuilder().setNotRule(anyOf(not, writer)).build());
        }
    }

    static Permission allOf(List<Permission> demands) {
        return demands.isEmpty()
                ? Permission.newBuilder().setAny(true).build()
                : Permission.newBuilder()
                        .setAndRules(Permission.Set.newBuilder().addAllRules(demands))
                        .build();
    }

    Permission port(int number) {
        return number == port.applicationPort()
                ? Permission.newBuilder()
                        .setDestinationPort(port.destinationPort())
                        .build()
                : Permission.newBuilder()
                        .setNotRule(Permission.newBuilder().setAny(true))
                        .build();
    }

    private static Permission host(String value) {
        return Permission.newBuilder().setHeader(TextMatches.host(value)).build();
    }

    private static Permission method(String value) {
        return Permission.newBuilder()
                .setHeader(TextMatches.header(":method", value))
                .build();
    }

    private static Permission path(String value) {
        return Permission.newBuilder()
                .setUrlPath(PathMatcher.newBuilder().setPath(TextMatches.write(value)))
                .build();
    }

    private static <T> Permission anyOf(List<T> values, Function<T, Permission> writer) {
        return Permission.newBuilder()
                .setOrRules(Permission.Set.newBuilder()
                        .addAllRules(values.stream().map(writer).toList()))
                .build();
    }
}
