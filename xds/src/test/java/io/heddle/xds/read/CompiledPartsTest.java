package io.heddle.xds.read;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import io.heddle.model.problem.Checked;
import io.heddle.model.problem.Problem;
import io.heddle.traffic.runtime.RuntimeConfig;
import io.heddle.xds.resource.NamedResource;
import io.heddle.xds.resource.ResourceSet;
import io.heddle.xds.resource.ResourceType;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// What is compiled with the parts of before is what is compiled anew, and no more of it is made anew than has changed.
final class CompiledPartsTest {
    private static final int CHANGES = 2_000;
    private static final int NAMES = 4;

    private static NamedResource resource(ResourceType type, String name, Message.Builder message, String json) {
        try {
            JsonFormat.parser().merge(json.replace('\'', '"'), message);
            var body = Any.pack(message.build());
            var read = NamedResource.read(type, "", body);
            return name.isEmpty() ? read : new NamedResource(name, read.version(), body);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private static NamedResource cluster(int number, String more) {
        return resource(ResourceType.CDS, "", Cluster.newBuilder(), "{'name': 'c" + number + "', " + more + "}");
    }

    private static NamedResource endpoints(int number, int port) {
        var json = """
                {'cluster_name': 'c%d', 'endpoints': [{'lb_endpoints': [{'endpoint': {'address': {'socket_address':
                {'address': '127.0.0.1', 'port_value': %d}}}}]}]}""".formatted(number, port);
        return resource(ResourceType.EDS, "", ClusterLoadAssignment.newBuilder(), json);
    }

    private static NamedResource routes(int number, int cluster, boolean hosts) {
        var json = """
                {'name': 'r%d', %s 'virtual_hosts': [{'name': 'h', 'domains': ['*'],
                'routes': [{'match': {'prefix': '/'}, 'route': {'cluster': 'c%d'}}]}]}""".formatted(number, hosts ? "'vhds': {'config_source': {'ads': {}}}," : "", cluster);
        return resource(ResourceType.RDS, "", RouteConfiguration.newBuilder(), json);
    }

    private static NamedResource host(int routes, int cluster) {
        var json = """
                {'name': 'more', 'domains': ['more'],
                'routes': [{'match': {'prefix': '/'}, 'route': {'cluster': 'c%d'}}]}""".formatted(cluster);
        return resource(ResourceType.VHDS, "r" + routes + "/more", VirtualHost.newBuilder(), json);
    }

    private static ResourceSet changed(ResourceSet set, Random chance) {
        int number = chance.nextInt(NAMES);
        int other = chance.nextInt(NAMES);
        var eds = "'type': 'EDS', 'eds_cluster_config': {'eds_config': {'ads': {}}, 'service_name': 'c" + other + "'}";
        return switch (chance.nextInt(9)) {
            case 0 -> set.with(ResourceType.CDS, List.of(cluster(number, eds)));
            case 1 -> set.with(ResourceType.CDS, List.of(cluster(number, "'type': 'STATIC'")));
            case 2 -> set.with(ResourceType.CDS, List.of(cluster(number, "'type': 'STATIC', 'lb_policy': 'MAGLEV'")));
            case 3 -> set.with(ResourceType.CDS, List.of(cluster(number, "'type': 'EDS'"))); // has no source
            case 4 -> set.without(ResourceType.CDS, List.of("c" + number));
            case 5 -> set.with(ResourceType.EDS, List.of(endpoints(number, 1 + chance.nextInt(3))));
            case 6 -> set.without(ResourceType.EDS, List.of("c" + number));
            case 7 -> set.with(ResourceType.RDS, List.of(routes(number, other, chance.nextBoolean())));
            default -> set.with(ResourceType.VHDS, List.of(host(number, other)));
        };
    }

    @Test
    void the_parts_of_before_give_what_reading_all_anew_gives() {
        long seed = Long.getLong("heddle.seed", 7);
        System.out.println("seed " + seed);
        var chance = new Random(seed);
        var known = new CompiledParts();
        var set = ResourceSet.EMPTY;
        int refused = 0;
        for (int i = 0; i < CHANGES; i++) {
            set = changed(set, chance);
            var anew = RuntimeCompiler.compile(set, RuntimeConfig.EMPTY);
            var again = RuntimeCompiler.compile(set, RuntimeConfig.EMPTY, false, known);
            assertThat(again.problems()).isEqualTo(anew.problems());
            if (anew instanceof Checked.Ok<RuntimeConfig>(var wanted, List<Problem> _)) {
                var got = ((Checked.Ok<RuntimeConfig>) again).value();
                assertThat(got.clusters()).isEqualTo(wanted.clusters());
                assertThat(hosts(got)).isEqualTo(hosts(wanted));
            } else {
                assertThat(again).isInstanceOf(Checked.Rejected.class);
                refused++;
            }
        }
        assertThat(refused).isStrictlyBetween(0, CHANGES);
    }

    private static Map<String, List<io.heddle.traffic.route.VirtualHost>> hosts(RuntimeConfig config) {
        var hosts = new HashMap<String, List<io.heddle.traffic.route.VirtualHost>>();
        config.routes().forEach((name, table) -> hosts.put(name, table.virtualHosts()));
        return hosts;
    }

    private static RuntimeConfig compiled(ResourceSet set, CompiledParts known) {
        return ((Checked.Ok<RuntimeConfig>) RuntimeCompiler.compile(set, RuntimeConfig.EMPTY, false, known)).value();
    }

    @Test
    void only_what_has_changed_is_made_anew() {
        var known = new CompiledParts();
        var eds = "'type': 'EDS', 'eds_cluster_config': {'eds_config': {'ads': {}}}";
        var set = ResourceSet.EMPTY
                .with(ResourceType.CDS, List.of(cluster(0, eds), cluster(1, eds)))
                .with(ResourceType.EDS, List.of(endpoints(0, 1), endpoints(1, 1)))
                .with(ResourceType.RDS, List.of(routes(0, 0, false)));
        var before = compiled(set, known);
        var after = compiled(set.with(ResourceType.EDS, List.of(endpoints(1, 2))), known);
        assertThat(after.clusters().get("c0")).isSameAs(before.clusters().get("c0"));
        assertThat(after.routes().get("r0")).isSameAs(before.routes().get("r0"));
        assertThat(after.clusters().get("c1")).isNotEqualTo(before.clusters().get("c1"));
        // Sent again, the same is the same.
        var again = compiled(
                set.with(ResourceType.EDS, List.of(endpoints(1, 2))).with(ResourceType.CDS, List.of(cluster(0, eds))),
                known);
        assertThat(again.clusters().get("c0")).isSameAs(before.clusters().get("c0"));
    }
}
