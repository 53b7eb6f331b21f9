package io.heddle.model.view;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.model.name.Labels;
import io.heddle.model.name.ObjectName;
import io.heddle.model.name.Selector;
import io.heddle.model.name.ServiceName;
import io.heddle.model.resource.FaultPolicy;
import io.heddle.model.resource.HttpRoute;
import io.heddle.model.resource.PeerPolicy;
import io.heddle.model.resource.PeerPolicy.Mode;
import io.heddle.model.resource.Resource;
import io.heddle.model.resource.RouteFilter;
import io.heddle.model.resource.Service;
import io.heddle.model.resource.Workload;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MeshSnapshotTest {
    private static final ServiceName CATALOG = new ServiceName("shop", "catalog");
    private static final Selector WEB = new Selector(Mesh.app("web"));

    @Test
    void a_workload_says_on_which_port_it_answers_before_its_service_does() {
        var service = Mesh.service(
                "shop",
                "catalog",
                Mesh.port(80, "http", 8000, ""),
                Mesh.port(81, "admin", 0, "adm"),
                Mesh.port(82, "other", 0, ""));

        assertThat(ports(service, Map.of())).containsExactly(8000, 81, 82);
        assertThat(ports(service, Map.of("*", 15006))).containsExactly(15006, 15006, 15006);
        assertThat(ports(service, Map.of("http", 1, "*", 15006))).containsExactly(1, 15006, 15006);
        assertThat(ports(service, Map.of("adm", 2, "admin", 3, "other", 4))).containsExactly(8000, 2, 4);
    }

    @Test
    void endpoints_are_the_selected_workloads_of_the_namespace_that_are_not_unhealthy() {
        var endpoints = endpoints(
                Mesh.service("shop", "catalog", Mesh.http()),
                Mesh.workload("shop", "c3", "catalog", Map.of("*", 3), Workload.Health.DRAINING),
                Mesh.workload("shop", "c1", "catalog", Map.of("*", 1)),
                Mesh.workload("shop", "c2", "catalog", Map.of("*", 2), Workload.Health.UNHEALTHY),
                Mesh.workload("shop", "w1", "web", Map.of()),
                Mesh.workload("other", "c4", "catalog", Map.of()));

        assertThat(endpoints).extracting(EndpointView::workload).containsExactly("c1", "c3");
        assertThat(endpoints.getFirst().identity()).contains("spiffe://cluster.local/ns/shop/sa/catalog");
        assertThat(endpoints.getFirst().tls()).isTrue();
        assertThat(endpoints.getLast().health()).isEqualTo(Workload.Health.DRAINING);
    }

    @Test
    void a_service_outside_the_mesh_is_never_spoken_to_in_mtls() {
        var inside = Mesh.service("shop", "catalog", Mesh.http());
        var outside = new Service(
                inside.object(),
                inside.name(),
                List.of("api.example.com"),
                inside.ports(),
                inside.selector(),
                Service.Location.MESH_EXTERNAL,
                Service.Resolution.STATIC,
                List.of());

        var endpoint = endpoints(outside, Mesh.workload("shop", "c1", "catalog", Map.of()))
                .getFirst();

        assertThat(endpoint.tls()).isFalse();
        assertThat(endpoint.identity()).isEmpty();
    }

    @Test
    void a_service_found_by_dns_has_its_hosts_as_endpoints() {
        var service = new Service(
                new ObjectName("ServiceEntry", "shop", "api"),
                CATALOG,
                List.of("api.example.com"),
                List.of(Mesh.port(80, "http", 8080, "")),
                Optional.empty(),
                Service.Location.MESH_EXTERNAL,
                Service.Resolution.DNS,
                List.of());

        assertThat(endpoints(service))
                .extracting(EndpointView::address, EndpointView::port)
                .containsExactly(org.assertj.core.groups.Tuple.tuple("api.example.com", 8080));
    }

    @Test
    void a_route_of_the_services_namespace_holds_for_all_callers_and_another_only_at_home() {
        var service = Mesh.service("shop", "catalog", Mesh.http());
        var producer = Mesh.route("shop", "producer", CATALOG, Optional.empty());
        var consumer = Mesh.route("office", "consumer", CATALOG, Optional.empty());
        var mesh = MeshSnapshot.of(MeshSettings.DEFAULT, List.of(service, producer, consumer));

        assertThat(routes(mesh, "shop")).containsExactly(producer);
        assertThat(routes(mesh, "elsewhere")).containsExactly(producer);
        assertThat(routes(mesh, "office")).containsExactly(consumer);
    }

    @Test
    void a_consumer_route_of_one_port_leaves_the_producers_the_others() {
        var service = Mesh.service("shop", "catalog", Mesh.http(), Mesh.port(81, "admin", 0, ""));
        var producer = Mesh.route("shop", "producer", CATALOG, Optional.empty());
        var consumer = Mesh.route("office", "consumer", CATALOG, Optional.of(80));
        var mesh = MeshSnapshot.of(MeshSettings.DEFAULT, List.of(service, producer, consumer));

        var held = routes(mesh, "office");

        assertThat(held).extracting(HttpRoute::object).containsExactly(consumer.object(), producer.object());
        assertThat(held.getLast().parents()).containsExactly(new HttpRoute.Parent(CATALOG, Optional.of(81)));
    }

    @Test
    void a_view_holds_the_faults_that_its_routes_name() {
        var policy = new FaultPolicy(new ObjectName("FaultPolicy", "shop", "slow"), Optional.empty(), Optional.empty());
        var unused = new FaultPolicy(new ObjectName("FaultPolicy", "shop", "un"), Optional.empty(), Optional.empty());
        var backend = new HttpRoute.Backend(CATALOG, 80, 1, List.of(new RouteFilter.Fault(policy.object())));
        var route = new HttpRoute(
                new ObjectName("HTTPRoute", "shop", "r"),
                List.of(new HttpRoute.Parent(CATALOG, Optional.empty())),
                List.of(),
                List.of(Mesh.rule(List.of(), backend)));
        var mesh = MeshSnapshot.of(
                MeshSettings.DEFAULT, List.of(Mesh.service("shop", "catalog", Mesh.http()), route, policy, unused));

        assertThat(catalog(mesh, "shop").faults()).isEqualTo(Map.of("shop/slow", policy));
    }

    @Test
    void without_a_peer_policy_plaintext_is_refused() {
        assertThat(mode()).isEqualTo(Mode.STRICT);
    }

    @Test
    void the_narrowest_peer_policy_that_is_set_wins() {
        var mesh = Mesh.peer("heddle-system", "a", Selector.ALL, Mode.DISABLE);
        var namespace = Mesh.peer("shop", "b", Selector.ALL, Mode.PERMISSIVE);
        var workload = Mesh.peer("shop", "c", WEB, Mode.STRICT);
        var unset = Mesh.peer("shop", "c", WEB, Mode.UNSET);
        var byPort =
                new PeerPolicy(workload.object(), WEB, Mode.STRICT, Map.of(8080, Mode.PERMISSIVE, 1, Mode.DISABLE));

        assertThat(mode(mesh)).isEqualTo(Mode.DISABLE);
        assertThat(mode(mesh, namespace)).isEqualTo(Mode.PERMISSIVE);
        assertThat(mode(mesh, namespace, workload)).isEqualTo(Mode.STRICT);
        assertThat(mode(mesh, namespace, unset)).isEqualTo(Mode.PERMISSIVE);
        assertThat(mode(mesh, byPort)).isEqualTo(Mode.PERMISSIVE);
    }

    @Test
    void of_peer_policies_on_one_level_the_oldest_wins() {
        assertThat(mode(
                        Mesh.peer("shop", "z", Selector.ALL, Mode.STRICT),
                        Mesh.peer("shop", "a", Selector.ALL, Mode.DISABLE)))
                .isEqualTo(Mode.STRICT);
    }

    @Test
    void peer_policies_with_other_selectors_or_of_other_namespaces_do_not_hold() {
        assertThat(mode(
                        Mesh.peer("shop", "a", new Selector(Mesh.app("orders")), Mode.DISABLE),
                        Mesh.peer("office", "b", Selector.ALL, Mode.DISABLE),
                        Mesh.peer("heddle-system", "c", WEB, Mode.DISABLE)))
                .isEqualTo(Mode.STRICT);
    }

    @Test
    void access_policies_of_the_own_and_the_root_namespace_hold_where_they_select() {
        var own = Mesh.denyAll("shop", "own", WEB);
        var root = Mesh.denyAll("heddle-system", "root", WEB);
        var other = Mesh.denyAll("shop", "other", new Selector(Mesh.app("orders")));
        var elsewhere = Mesh.denyAll("office", "elsewhere", Selector.ALL);
        var mesh = MeshSnapshot.of(MeshSettings.DEFAULT, List.of(own, other, elsewhere, root));

        assertThat(mesh.viewFor(Mesh.node("shop", "web")).inbound().policies()).containsExactly(root, own);
    }

    @Test
    void views_do_not_depend_on_the_order_of_workloads_and_services() {
        var resources = new ArrayList<Resource>();
        for (int i = 0; i < 20; i++) {
            resources.add(Mesh.service("shop", "s" + i, Mesh.http()));
            resources.add(Mesh.workload("shop", "w" + i, "s" + i % 3, Map.of("*", 1000 + i)));
            resources.add(Mesh.denyAll("shop", "p" + i, Selector.ALL));
        }
        var node = Mesh.node("shop", "web");
        var expected = MeshSnapshot.of(MeshSettings.DEFAULT, resources).viewFor(node);
        long seed = System.nanoTime();
        Collections.shuffle(resources, new Random(seed));

        assertThat(MeshSnapshot.of(MeshSettings.DEFAULT, resources).viewFor(node))
                .as("seed %d", seed)
                .isEqualTo(expected);
    }

    @Test
    void the_next_snapshot_shares_the_services_that_did_not_change() {
        var catalog = Mesh.service("shop", "catalog", Mesh.http());
        var web = Mesh.service("shop", "web", Mesh.http());
        var node = Mesh.node("shop", "web");
        var first = MeshSnapshot.of(MeshSettings.DEFAULT, List.of(catalog, web));
        var before = first.viewFor(node).services();

        var after = first.next(List.of(catalog, web, Mesh.workload("shop", "w1", "web", Map.of())))
                .viewFor(node)
                .services();

        assertThat(after.getFirst()).isSameAs(before.getFirst());
        assertThat(after.getLast()).isNotEqualTo(before.getLast());
    }

    @Test
    void of_two_services_with_one_name_the_older_one_answers() {
        var older = Mesh.service("shop", "catalog", Mesh.http());
        var younger = Mesh.service("shop", "catalog", Mesh.port(81, "x", 0, ""));
        var mesh = MeshSnapshot.of(MeshSettings.DEFAULT, List.of(older, younger));

        assertThat(mesh.service(CATALOG)).contains(older);
        assertThat(mesh.workload("shop", "none")).isEmpty();
        assertThat(new Selector(Labels.NONE).isEmpty()).isTrue();
    }

    private static List<Integer> ports(Service service, Map<String, Integer> workloadPorts) {
        var mesh = MeshSnapshot.of(
                MeshSettings.DEFAULT, List.of(service, Mesh.workload("shop", "c1", "catalog", workloadPorts)));
        return catalog(mesh, "shop").endpoints().values().stream()
                .map(list -> list.getFirst().port())
                .toList();
    }

    private static List<EndpointView> endpoints(Resource... resources) {
        var mesh = MeshSnapshot.of(MeshSettings.DEFAULT, List.of(resources));
        return catalog(mesh, "shop").endpoints().getOrDefault(80, List.of());
    }

    private static List<HttpRoute> routes(MeshSnapshot mesh, String namespace) {
        return catalog(mesh, namespace).routes();
    }

    private static ServiceView catalog(MeshSnapshot mesh, String namespace) {
        return mesh.viewFor(Mesh.node(namespace, "web")).services().getFirst();
    }

    private static Mode mode(PeerPolicy... policies) {
        return MeshSnapshot.of(MeshSettings.DEFAULT, List.of(policies))
                .viewFor(Mesh.node("shop", "web"))
                .inbound()
                .mode();
    }
}
