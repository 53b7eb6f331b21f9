package io.heddle.dialect;

import io.heddle.dialect.gateway.HttpRouteReader;
import io.heddle.dialect.heddle.FaultPolicyReader;
import io.heddle.dialect.istio.AuthorizationPolicyReader;
import io.heddle.dialect.istio.PeerAuthenticationReader;
import io.heddle.dialect.istio.ServiceEntryReader;
import io.heddle.dialect.istio.WorkloadEntryReader;
import io.heddle.dialect.kubernetes.ServiceReader;
import io.heddle.dialect.tree.Fields;
import io.heddle.model.problem.Checked;
import io.heddle.model.problem.NearestName;
import io.heddle.model.problem.Problem;
import io.heddle.model.resource.Resource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/// Every kind that users may write, and how a document of it becomes a resource.
public final class Dialects {
    /// Every kind, in the order in which one explains a mesh: one line adds one.
    private static final List<Reader> READERS = List.of(
            new Reader(
                    new Kind(
                            "Service",
                            "services",
                            List.of("svc"),
                            List.of("v1"),
                            "something that can be called by name, answered by workloads"),
                    ServiceReader::read),
            new Reader(
                    new Kind(
                            "ServiceEntry",
                            "serviceentries",
                            List.of("se"),
                            networking(),
                            "a service outside the mesh, or one with endpoints of its own"),
                    ServiceEntryReader::read),
            new Reader(
                    new Kind(
                            "WorkloadEntry",
                            "workloadentries",
                            List.of("we"),
                            networking(),
                            "one running instance with its address, labels and account"),
                    WorkloadEntryReader::read),
            new Reader(
                    new Kind(
                            "HTTPRoute",
                            "httproutes",
                            List.of("hr"),
                            List.of("gateway.networking.k8s.io/v1", "gateway.networking.k8s.io/v1beta1"),
                            "how HTTP requests to a service are routed"),
                    HttpRouteReader::read),
            new Reader(
                    new Kind(
                            "PeerAuthentication",
                            "peerauthentications",
                            List.of("pa"),
                            List.of("security.istio.io/v1", "security.istio.io/v1beta1"),
                            "whether workloads take plaintext"),
                    PeerAuthenticationReader::read),
            new Reader(
                    new Kind(
                            "AuthorizationPolicy",
                            "authorizationpolicies",
                            List.of("ap"),
                            List.of("security.istio.io/v1", "security.istio.io/v1beta1"),
                            "who may call a workload"),
                    AuthorizationPolicyReader::read),
            new Reader(
                    new Kind(
                            "FaultPolicy",
                            "faultpolicies",
                            List.of("fp"),
                            List.of("heddle.io/v1alpha1"),
                            "faults to inject, named by a route's ExtensionRef filter"),
                    FaultPolicyReader::read));

    /// Kinds of Istio and the Gateway API that cannot be applied yet, and what to do instead.
    private static final Map<String, String> NOT_YET = Map.of(
            "VirtualService", "use HTTPRoute",
            "GRPCRoute", "use HTTPRoute",
            "DestinationRule", "give each version a Service of its own and name them in an HTTPRoute",
            "Gateway", "call services from a workload of the mesh, started with 'heddle run'",
            "GatewayClass", "call services from a workload of the mesh, started with 'heddle run'",
            "RequestAuthentication", "name callers by their identity in an AuthorizationPolicy",
            "Sidecar", "leave it out: every proxy knows every service",
            "Telemetry", "leave it out: every proxy has metrics and an access log");

    private Dialects() {}

    private record Reader(Kind kind, Function<Fields, Resource> read) {}

    /// What the document means, or every problem with it: errors refuse it, warnings name what has no effect.
    public static Checked<Resource> read(Document document) {
        var object = document.object();
        var reader = READERS.stream()
                .filter(candidate -> candidate.kind.kind().equals(object.kind()))
                .findFirst();
        var successor = NOT_YET.get(object.kind());
        if (reader.isEmpty() && successor != null) {
            return Checked.rejected(
                    Problem.error(object.toString(), "kind", object.kind() + " is not supported yet", successor));
        }
        if (reader.isEmpty()) {
            return Checked.rejected(Problem.error(
                    object.toString(),
                    "kind",
                    "unknown kind \"" + object.kind() + "\"",
                    kind(object.kind())
                            .map(Kind::kind)
                            .or(() -> NearestName.of(object.kind(), kindNames()))
                            .map(name -> "did you mean \"" + name + "\"?")
                            .orElse("known kinds: " + String.join(", ", kindNames()))));
        }
        var versions = reader.get().kind.apiVersions();
        if (!versions.contains(document.apiVersion())) {
            return Checked.rejected(Problem.error(
                    object.toString(),
                    "apiVersion",
                    "\"" + document.apiVersion() + "\" is not a version of " + object.kind(),
                    "use " + String.join(" or ", versions)));
        }
        var fields = Fields.root(object, document.tree());
        MetadataReader.read(fields);
        var resource = reader.get().read.apply(fields);
        return Checked.of(resource, fields.finish());
    }

    /// Every kind that [#read] takes.
    public static List<Kind> kinds() {
        return READERS.stream().map(Reader::kind).toList();
    }

    /// The kind with this kind name, plural, singular or short name, regardless of case; for example `httproute` or
    /// `pa`.
    public static Optional<Kind> kind(String anyName) {
        var name = anyName.toLowerCase(Locale.ROOT);
        return kinds().stream().filter(kind -> names(kind).contains(name)).findFirst();
    }

    private static List<String> names(Kind kind) {
        var names = new ArrayList<>(kind.shortNames());
        names.add(kind.kind().toLowerCase(Locale.ROOT));
        names.add(kind.plural());
        return names;
    }

    private static List<String> kindNames() {
        return kinds().stream().map(Kind::kind).toList();
    }

    private static List<String> networking() {
        return List.of("networking.istio.io/v1", "networking.istio.io/v1beta1", "networking.istio.io/v1alpha3");
    }
}
