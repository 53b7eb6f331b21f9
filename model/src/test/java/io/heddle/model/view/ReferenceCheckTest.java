package io.heddle.model.view;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.model.name.ObjectName;
import io.heddle.model.name.ServiceName;
import io.heddle.model.resource.HttpRoute;
import io.heddle.model.resource.Resource;
import io.heddle.model.resource.RouteFilter;
import io.heddle.model.resource.Service;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ReferenceCheckTest {
    private static final Service CATALOG = Mesh.service("shop", "catalog", Mesh.http());

    @Test
    void a_route_to_what_exists_has_no_problem() {
        assertThat(check(CATALOG, Mesh.route("shop", "r", CATALOG.name(), Optional.of(80))))
                .isEmpty();
    }

    @Test
    void a_route_to_nowhere_names_the_field_and_the_nearest_service() {
        assertThat(check(CATALOG, route(new HttpRoute.Backend(new ServiceName("shop", "catlog"), 80, 1, List.of()))))
                .containsExactly("HTTPRoute shop/r: spec.rules[0].backendRefs[0].name: "
                        + "there is no service \"catlog\" in namespace shop; did you mean \"catalog\"?");
        assertThat(check(CATALOG, route(new HttpRoute.Backend(new ServiceName("else", "catalog"), 80, 1, List.of()))))
                .containsExactly("HTTPRoute shop/r: spec.rules[0].backendRefs[0].name: "
                        + "there is no service \"catalog\" in namespace else; there is one in namespace shop");
    }

    @Test
    void a_backend_port_that_does_not_exist_is_named_with_those_that_do() {
        assertThat(check(CATALOG, route(new HttpRoute.Backend(CATALOG.name(), 8080, 1, List.of()))))
                .containsExactly("HTTPRoute shop/r: spec.rules[0].backendRefs[0].port: "
                        + "service catalog.shop has no port 8080; its ports: 80");
    }

    @Test
    void parents_must_exist_with_their_port() {
        assertThat(check(CATALOG, Mesh.route("shop", "r", CATALOG.name(), Optional.of(81))))
                .containsExactly("HTTPRoute shop/r: spec.parentRefs[0].port: "
                        + "service catalog.shop has no port 81; its ports: 80");
        assertThat(check(Mesh.route("shop", "r", CATALOG.name(), Optional.empty())))
                .contains("HTTPRoute shop/r: spec.parentRefs[0].name: "
                        + "there is no service \"catalog\" in namespace shop; apply the Service first");
    }

    @Test
    void mirrors_and_fault_policies_must_exist() {
        var mirror = new RouteFilter.Mirror(new ServiceName("shop", "shadow"), 80, 1);
        var fault = new RouteFilter.Fault(new ObjectName("FaultPolicy", "shop", "slow"));
        var backend = new HttpRoute.Backend(CATALOG.name(), 80, 1, List.of(fault));

        assertThat(check(CATALOG, route(List.of(mirror), backend)))
                .containsExactly(
                        "HTTPRoute shop/r: spec.rules[0].filters[0].requestMirror.backendRef.name: "
                                + "there is no service \"shadow\" in namespace shop; apply the Service first",
                        "HTTPRoute shop/r: spec.rules[0].backendRefs[0].filters[0].extensionRef.name: "
                                + "there is no FaultPolicy shop/slow; apply the FaultPolicy first");
    }

    @Test
    void weights_that_sum_to_nothing_are_a_warning() {
        var mesh = MeshSnapshot.of(
                MeshSettings.DEFAULT, List.of(CATALOG, route(new HttpRoute.Backend(CATALOG.name(), 80, 0, List.of()))));

        assertThat(ReferenceCheck.check(mesh)).singleElement().satisfies(problem -> {
            assertThat(problem.isError()).isFalse();
            assertThat(problem.path()).isEqualTo("spec.rules[0].backendRefs");
        });
    }

    @Test
    void two_services_cannot_claim_one_host() {
        var entry = new Service(
                new ObjectName("ServiceEntry", "shop", "twin"),
                new ServiceName("shop", "a.example.com"),
                List.of("a.example.com", "catalog.shop.svc.cluster.local"),
                List.of(Mesh.http()),
                Optional.empty(),
                Service.Location.MESH_EXTERNAL,
                Service.Resolution.NONE,
                List.of());

        assertThat(check(CATALOG, entry))
                .containsExactly("ServiceEntry shop/twin: spec.hosts[1]: the host catalog.shop.svc.cluster.local "
                        + "belongs to Service shop/catalog already; remove it from one of them");
    }

    private static HttpRoute route(HttpRoute.Backend backend) {
        return route(List.of(), backend);
    }

    private static HttpRoute route(List<RouteFilter> filters, HttpRoute.Backend backend) {
        return new HttpRoute(
                new ObjectName("HTTPRoute", "shop", "r"),
                List.of(new HttpRoute.Parent(CATALOG.name(), Optional.empty())),
                List.of(),
                List.of(Mesh.rule(filters, backend)));
    }

    private static List<String> check(Resource... resources) {
        return ReferenceCheck.check(MeshSnapshot.of(MeshSettings.DEFAULT, List.of(resources))).stream()
                .map(Object::toString)
                .toList();
    }
}
