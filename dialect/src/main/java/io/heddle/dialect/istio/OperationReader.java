package io.heddle.dialect.istio;

import io.heddle.dialect.tree.Fields;
import io.heddle.model.resource.AccessPolicy.Operation;
import java.util.ArrayList;
import java.util.List;

/// Reads the `operation` of an authorization rule: what is asked for.
final class OperationReader {
    private OperationReader() {}

    static Operation read(Fields operation) {
        if (operation.isEmpty()) {
            operation.error("", "an empty operation would match everything", "name at least one field");
        }
        return new Operation(
                Patterns.read(operation, "hosts"),
                Patterns.read(operation, "notHosts"),
                ports(operation, "ports"),
                ports(operation, "notPorts"),
                methods(operation, "methods"),
                methods(operation, "notMethods"),
                paths(operation, "paths"),
                paths(operation, "notPaths"));
    }

    private static List<Integer> ports(Fields operation, String name) {
        var result = new ArrayList<Integer>();
        int index = 0;
        for (var port : Patterns.exact(operation, name)) {
            if (Patterns.isPort(port)) {
                result.add(Integer.valueOf(port));
            } else {
                operation.error(
                        name + "[" + index + "]",
                        "\"" + port + "\" is not a port",
                        "use a number from 1 to 65535, in quotes");
            }
            index++;
        }
        return result;
    }

    private static List<String> methods(Fields operation, String name) {
        var methods = Patterns.read(operation, name);
        for (int i = 0; i < methods.size(); i++) {
            if (!methods.get(i).matches("[A-Z*][A-Z_-]*\\*?")) {
                operation.error(
                        name + "[" + i + "]",
                        "\"" + methods.get(i) + "\" is not an HTTP method",
                        "write methods in upper case");
            }
        }
        return methods;
    }

    private static List<String> paths(Fields operation, String name) {
        var paths = Patterns.exact(operation, name);
        for (int i = 0; i < paths.size(); i++) {
            if (paths.get(i).contains("{*}") || paths.get(i).contains("{**}")) {
                operation.error(
                        name + "[" + i + "]",
                        "path templates cannot be enforced yet",
                        "use an exact path, prefix* or *suffix");
                return paths;
            }
        }
        return Patterns.read(operation, name);
    }
}
