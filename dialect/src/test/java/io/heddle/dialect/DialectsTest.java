package io.heddle.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.model.name.Labels;
import io.heddle.model.name.Locality;
import io.heddle.model.name.ObjectName;
import io.heddle.model.name.Port;
import io.heddle.model.name.Selector;
import io.heddle.model.name.ServiceName;
import io.heddle.model.problem.Checked;
import io.heddle.model.resource.AccessPolicy;
import io.heddle.model.resource.FaultPolicy;
import io.heddle.model.resource.HttpRoute;
import io.heddle.model.resource.PeerPolicy;
import io.heddle.model.resource.Resource;
import io.heddle.model.resource.RouteFilter;
import io.heddle.model.resource.Service;
import io.heddle.model.resource.Workload;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DialectsTest {
    @ParameterizedTest
    @CsvSource({
        "httproute,HTTPRoute",
        "HTTPRoutes,HTTPRoute",
        "ap,AuthorizationPolicy",
        "pa,PeerAuthentication",
        "se,ServiceEntry",
        "we,WorkloadEntry",
        "svc,Service",
        "services,Service",
        "faultpolicies,FaultPolicy"
    })
    void a_kind_is_found_by_any_of_its_names(String name, String kind) {
        assertThat(Dialects.kind(name)).map(Kind::kind).contains(kind);
        assertThat(Dialects.kind("pod")).isEmpty();
    }

    @Test
    void a_route_is_read_with_everything_it_can_say() {
        var route = (HttpRoute) read("""
                apiVersion: gateway.networking.k8s.io/v1
                kind: HTTPRoute
                metadata: {name: catalog, namespace: shop}
                spec:
                  parentRefs: [{group: "", kind: Service, name: catalog, port: 80}]
                  rules:
                  - name: all
                    matches:
                    - path: {type: Exact, value: /books}
                      method: GET
                      headers: [{name: X-A, value: "1"}, {name: x-b, type: RegularExpression, value: "a+"}]
                      queryParams: [{name: Q, value: v}]
                      cookies:
                      - {name: group, type: List, values: [canary, beta]}
                      - {name: User, value: ann}
                      - {name: n, type: RegularExpression, value: "[0-9]+"}
                    - path: {type: RegularExpression, value: "/b.*"}
                    filters:
                    - type: RequestHeaderModifier
                      requestHeaderModifier: {set: [{name: A, value: b}], add: [{name: C, value: d}], remove: [E]}
                    - {type: ResponseHeaderModifier, responseHeaderModifier: {remove: [Server]}}
                    - type: URLRewrite
                      urlRewrite: {hostname: a.example.com, path: {type: ReplaceFullPath, replaceFullPath: /x}}
                    - type: RequestMirror
                      requestMirror: {backendRef: {name: shadow, port: 80}, fraction: {numerator: 1, denominator: 8}}
                    - {type: ExtensionRef, extensionRef: {group: heddle.io, kind: FaultPolicy, name: slow}}
                    backendRefs:
                    - {name: catalog-v1, port: 80, weight: 0}
                    - {name: catalog-v2, port: 81}
                    timeouts: {request: 1h2m3s4ms, backendRequest: 0s}
                    retry: {codes: [500, 503], attempts: 3, backoff: 10ms}
                """);

        var catalog = new ServiceName("shop", "catalog");
        assertThat(route.parents()).containsExactly(new HttpRoute.Parent(catalog, Optional.of(80)));
        assertThat(route.rules())
                .containsExactly(new HttpRoute.Rule(
                        "all",
                        List.of(
                                new HttpRoute.Match(
                                        new HttpRoute.PathMatch.Exact("/books"),
                                        List.of(
                                                new HttpRoute.ValueMatch("x-a", "1", false),
                                                new HttpRoute.ValueMatch("x-b", "a+", true)),
                                        List.of(new HttpRoute.ValueMatch("Q", "v", false)),
                                        List.of(
                                                new HttpRoute.CookieMatch("group", List.of("canary", "beta"), false),
                                                new HttpRoute.CookieMatch("User", List.of("ann"), false),
                                                new HttpRoute.CookieMatch("n", List.of("[0-9]+"), true)),
                                        Optional.of("GET")),
                                new HttpRoute.Match(
                                        new HttpRoute.PathMatch.Regex("/b.*"), List.of(), List.of(), Optional.empty())),
                        List.of(
                                new RouteFilter.RequestHeaders(
                                        List.of(new RouteFilter.Header("A", "b")),
                                        List.of(new RouteFilter.Header("C", "d")),
                                        List.of("E")),
                                new RouteFilter.ResponseHeaders(List.of(), List.of(), List.of("Server")),
                                new RouteFilter.Rewrite(
                                        Optional.of("a.example.com"),
                                        Optional.of(new RouteFilter.PathChange.Full("/x"))),
                                new RouteFilter.Mirror(new ServiceName("shop", "shadow"), 80, 12.5),
                                new RouteFilter.Fault(new ObjectName("FaultPolicy", "shop", "slow"))),
                        List.of(
                                new HttpRoute.Backend(new ServiceName("shop", "catalog-v1"), 80, 0, List.of()),
                                new HttpRoute.Backend(new ServiceName("shop", "catalog-v2"), 81, 1, List.of())),
                        Optional.of(Duration.ofHours(1)
                                .plusMinutes(2)
                                .plusSeconds(3)
                                .plusMillis(4)),
                        Optional.of(Duration.ZERO),
                        Optional.of(new HttpRoute.Retry(List.of(500, 503), 3, Optional.of(Duration.ofMillis(10))))));
    }

    @Test
    void a_service_is_read_with_its_ports() {
        var service = (Service) read("""
                {apiVersion: v1, kind: Service, metadata: {name: web, namespace: shop}, spec: {selector: {app: web},
                 ports: [{name: http, port: 80, targetPort: web}, {name: tcp-db, port: 81, targetPort: 5432},
                         {name: x, port: 82, appProtocol: http}]}}
                """);

        assertThat(service)
                .isEqualTo(new Service(
                        new ObjectName("Service", "shop", "web"),
                        new ServiceName("shop", "web"),
                        List.of(),
                        List.of(
                                new Service.ServicePort(new Port(80, "http", Port.Protocol.HTTP), 0, "web"),
                                new Service.ServicePort(new Port(81, "tcp-db", Port.Protocol.TCP), 5432, ""),
                                new Service.ServicePort(new Port(82, "x", Port.Protocol.HTTP), 0, "")),
                        Optional.of(new Selector(new Labels(Map.of("app", "web")))),
                        Service.Location.MESH_INTERNAL,
                        Service.Resolution.STATIC,
                        List.of()));
    }

    @Test
    void virtual_addresses_are_kept_and_a_headless_service_has_none() {
        assertThat(addresses("{apiVersion: v1, kind: Service, metadata: {name: web, namespace: shop}, spec: {selector:"
                        + " {app: web}, clusterIP: 10.96.0.1, clusterIPs: [10.96.0.1, 'fd96::1'], ports: [{name: http,"
                        + " port: 80}]}}"))
                .containsExactly("10.96.0.1", "fd96::1");
        assertThat(addresses("{apiVersion: v1, kind: Service, metadata: {name: web, namespace: shop}, spec: {selector:"
                        + " {app: web}, clusterIP: None, ports: [{name: http, port: 80}]}}"))
                .isEmpty();
        assertThat(addresses("{apiVersion: networking.istio.io/v1, kind: ServiceEntry, metadata: {name: db, namespace:"
                        + " shop}, spec: {hosts: [db.example], addresses: [10.97.0.0/24], ports: [{number: 5432, name:"
                        + " tcp, protocol: TCP}]}}"))
                .containsExactly("10.97.0.0/24");
    }

    private static List<String> addresses(String yaml) {
        return ((Service) read(yaml)).addresses();
    }

    @Test
    void a_service_entry_keeps_all_its_hosts_and_its_endpoints() {
        var service = (Service) read("""
                {apiVersion: networking.istio.io/v1, kind: ServiceEntry, metadata: {name: api, namespace: shop},
                 spec: {hosts: [a.example.com, b.example.com], resolution: STATIC, ports:
                        [{number: 80, name: http, protocol: HTTP, targetPort: 8080}],
                        endpoints: [{address: 192.0.2.1, locality: eu/eu-1}]}}
                """);

        assertThat(service.name()).isEqualTo(new ServiceName("shop", "a.example.com"));
        assertThat(service.hosts()).containsExactly("a.example.com", "b.example.com");
        assertThat(service.host("cluster.local")).isEqualTo("a.example.com");
        assertThat(service.location()).isEqualTo(Service.Location.MESH_EXTERNAL);
        assertThat(service.endpoints())
                .extracting(Workload::address, Workload::locality)
                .containsExactly(org.assertj.core.groups.Tuple.tuple("192.0.2.1", new Locality("eu", "eu-1", "")));
    }

    @Test
    void a_registered_workload_carries_its_health_and_its_proxy() {
        var workload = (Workload) read("""
                apiVersion: networking.istio.io/v1
                kind: WorkloadEntry
                metadata:
                  name: catalog-v1
                  namespace: shop
                  labels: {app: other, team: books}
                  annotations: {heddle.io/health: draining, heddle.io/proxy-id: p, other: x}
                spec:
                  address: "::1"
                  ports: {"*": 15006}
                  labels: {app: catalog, security.istio.io/tlsMode: istio}
                  serviceAccount: catalog
                  weight: 3
                """);

        assertThat(workload)
                .isEqualTo(new Workload(
                        new ObjectName("WorkloadEntry", "shop", "catalog-v1"),
                        "::1",
                        Map.of("*", 15006),
                        new Labels(Map.of("app", "catalog", "team", "books", Workload.TLS_MODE_LABEL, "istio")),
                        Optional.of("catalog"),
                        Locality.UNKNOWN,
                        3,
                        true,
                        Workload.Health.DRAINING,
                        Optional.of("p")));
    }

    @Test
    void policies_are_read_as_written() {
        var peer = (PeerPolicy) read("""
                {apiVersion: security.istio.io/v1, kind: PeerAuthentication, metadata: {name: a, namespace: shop},
                 spec: {selector: {matchLabels: {app: web}}, portLevelMtls: {8080: {mode: DISABLE}}}}
                """);
        var access = (AccessPolicy) read("""
                {apiVersion: security.istio.io/v1beta1, kind: AuthorizationPolicy, metadata: {name: a, namespace: shop},
                 spec: {action: DENY, rules: [{from: [{source: {notServiceAccounts: [catalog, x/y]}}],
                        to: [{operation: {methods: [GET], ports: ["80"]}}],
                        when: [{key: "request.headers[x-a]", values: ["b*"]}]}]}}
                """);
        var fault = (FaultPolicy) read("""
                {apiVersion: heddle.io/v1alpha1, kind: FaultPolicy, metadata: {name: a, namespace: shop},
                 spec: {delay: {percentage: {value: 0.5}, fixedDelay: 1.5s}, abort: {httpStatus: 503}}}
                """);

        assertThat(peer.mode()).isEqualTo(PeerPolicy.Mode.UNSET);
        assertThat(peer.portModes()).isEqualTo(Map.of(8080, PeerPolicy.Mode.DISABLE));
        var rule = access.rules().getFirst();
        assertThat(access.action()).isEqualTo(AccessPolicy.Action.DENY);
        assertThat(rule.from().getFirst().notPrincipals()).containsExactly("*/ns/shop/sa/catalog", "*/ns/x/sa/y");
        assertThat(rule.to().getFirst().ports()).containsExactly(80);
        assertThat(rule.when())
                .containsExactly(new AccessPolicy.Condition("request.headers[x-a]", List.of("b*"), List.of()));
        assertThat(fault.delay()).contains(new FaultPolicy.Delay(0.5, Duration.ofMillis(1500)));
        assertThat(fault.abort()).contains(new FaultPolicy.Abort(100, 503));
    }

    @Test
    void documents_tell_their_age_and_take_the_default_namespace() {
        var documents = documents("""
                {apiVersion: v1, kind: List, items: [
                  {apiVersion: v1, kind: Service, metadata: {name: new}},
                  {apiVersion: v1, kind: Service, metadata: {name: old, creationTimestamp: "2026-01-31T12:00:00Z",
                   generation: 3, labels: {a: b}, annotations: {c: d}}}]}
                """);
        var old = documents.getLast();

        assertThat(old.object()).isEqualTo(new ObjectName("Service", "shop", "old"));
        assertThat(old.tree()).extracting("metadata").extracting("namespace").isEqualTo("shop");
        assertThat(old.creationTimestamp()).contains(Instant.parse("2026-01-31T12:00:00Z"));
        assertThat(old.generation()).isEqualTo(3);
        assertThat(old.labels().value("a", "")).isEqualTo("b");
        assertThat(old.annotations()).isEqualTo(Map.of("c", "d"));
        assertThat(documents.stream()
                        .sorted(Document.BY_AGE)
                        .map(document -> document.object().name()))
                .containsExactly("old", "new");
    }

    private static Resource read(String text) {
        var read = Dialects.read(documents(text).getFirst());
        assertThat(read.problems().stream().filter(io.heddle.model.problem.Problem::isError))
                .isEmpty();
        return ((Checked.Ok<Resource>) read).value();
    }

    private static List<Document> documents(String text) {
        var parsed = Documents.parse(text, "shop");
        assertThat(parsed.problems()).isEmpty();
        return ((Checked.Ok<List<Document>>) parsed).value();
    }
}
