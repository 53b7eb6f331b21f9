package io.heddle.model.resource;

import io.heddle.model.name.ObjectName;
import io.heddle.model.name.Selector;
import java.util.List;

/// Who may call a workload: an Istio AuthorizationPolicy. A request that any DENY policy matches is denied; where ALLOW
/// policies apply, one of them must match. A policy without rules matches nothing: as ALLOW it denies all.
///
/// @param object the stored object
/// @param selector the workloads; [Selector#ALL] for all of the namespace (of the mesh, in the root namespace)
/// @param action what a match means
/// @param rules any of them matches
public record AccessPolicy(ObjectName object, Selector selector, Action action, List<Rule> rules) implements Resource {
    public AccessPolicy {
        rules = List.copyOf(rules);
    }

    /// What a match means.
    public enum Action {
        ALLOW,
        DENY
    }

    /// Any source, any operation and every condition must fit; an empty list fits all.
    public record Rule(List<Source> from, List<Operation> to, List<Condition> when) {
        public Rule {
            from = List.copyOf(from);
            to = List.copyOf(to);
            when = List.copyOf(when);
        }
    }

    /// Who calls. Every non-empty field must fit; values may be exact, `prefix*`, `*suffix` or `*` (present).
    ///
    /// @param principals identities without `spiffe://`
    /// @param notPrincipals none of these
    /// @param namespaces namespaces of the identity
    /// @param notNamespaces none of these
    /// @param ipBlocks addresses or CIDR ranges of the connection
    /// @param notIpBlocks none of these
    public record Source(
            List<String> principals,
            List<String> notPrincipals,
            List<String> namespaces,
            List<String> notNamespaces,
            List<String> ipBlocks,
            List<String> notIpBlocks) {
        public Source {
            principals = List.copyOf(principals);
            notPrincipals = List.copyOf(notPrincipals);
            namespaces = List.copyOf(namespaces);
            notNamespaces = List.copyOf(notNamespaces);
            ipBlocks = List.copyOf(ipBlocks);
            notIpBlocks = List.copyOf(notIpBlocks);
        }
    }

    /// What is asked for. Every non-empty field must fit; values may be exact, `prefix*`, `*suffix` or `*`
    /// (present).
    ///
    /// @param hosts the request's host, without regard to case
    /// @param notHosts none of these
    /// @param ports the workload's ports
    /// @param notPorts none of these
    /// @param methods HTTP methods
    /// @param notMethods none of these
    /// @param paths the path without its query
    /// @param notPaths none of these
    public record Operation(
            List<String> hosts,
            List<String> notHosts,
            List<Integer> ports,
            List<Integer> notPorts,
            List<String> methods,
            List<String> notMethods,
            List<String> paths,
            List<String> notPaths) {
        public Operation {
            hosts = List.copyOf(hosts);
            notHosts = List.copyOf(notHosts);
            ports = List.copyOf(ports);
            notPorts = List.copyOf(notPorts);
            methods = List.copyOf(methods);
            notMethods = List.copyOf(notMethods);
            paths = List.copyOf(paths);
            notPaths = List.copyOf(notPaths);
        }
    }

    /// A further demand on an attribute.
    ///
    /// @param key `request.headers[name]`, `source.ip`, `source.namespace`, `source.principal` or
    ///     `destination.port`
    /// @param values any of them; empty for no demand
    /// @param notValues none of them
    public record Condition(String key, List<String> values, List<String> notValues) {
        public Condition {
            values = List.copyOf(values);
            notValues = List.copyOf(notValues);
        }
    }
}
