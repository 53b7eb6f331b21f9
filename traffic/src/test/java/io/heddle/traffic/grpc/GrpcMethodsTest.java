package io.heddle.traffic.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class GrpcMethodsTest {
    @Test
    void a_method_is_found_in_the_path_of_its_calls() {
        assertThat(GrpcMethod.of("c", "/shop.Catalog/Get")).contains(new GrpcMethod("c", "shop.Catalog", "Get"));
        assertThat(GrpcMethod.of("c", "/a/b?c=/d")).contains(new GrpcMethod("c", "a", "b"));
        for (var path : new String[] {"", "/", "*", "/a", "/a/", "//b", "/a/b/c", "a/b", "/?a/b", "/a/?b"}) {
            assertThat(GrpcMethod.of("c", path)).as(path).isEmpty();
        }
        assertThat(GrpcMethod.of("c", "/a/" + "b".repeat(253))).isPresent();
        assertThat(GrpcMethod.of("c", "/a/" + "b".repeat(254))).isEmpty();
    }

    @Test
    void further_methods_count_together_once_there_are_too_many() {
        var methods = new GrpcMethods();
        for (int i = 0; i < GrpcMethods.MOST + 5; i++) {
            methods.of(new GrpcMethod("c", "s", "m" + i)).ended(0);
        }
        methods.of(new GrpcMethod("c", "s", "m0")).ended(14);
        assertThat(methods.all()).hasSize(GrpcMethods.MOST + 1);
        assertThat(methods.of(GrpcMethod.all("c")).success()).isEqualTo(5);
        assertThat(methods.of(new GrpcMethod("c", "s", "m0")).status(14)).isEqualTo(1);
    }

    @Test
    void times_fall_into_their_buckets() {
        var figures = new GrpcFigures();
        assertThat(figures.isTimed()).isFalse();
        figures.took(500_000);
        figures.took(600_000);
        figures.took(7_200_000_000_000L);
        var times = figures.times();
        assertThat(times[0]).isEqualTo(1);
        assertThat(times[1]).isEqualTo(1);
        assertThat(times[GrpcFigures.bounds().length]).isEqualTo(1);
        assertThat(times[times.length - 1]).isEqualTo(7_200_001_100_000L);
    }

    @Test
    void a_status_that_grpc_does_not_have_is_a_failure() {
        var figures = new GrpcFigures();
        figures.ended(99);
        assertThat(figures.failure()).isEqualTo(1);
        assertThat(figures.success()).isZero();
    }
}
