package io.heddle.proxy.observe;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.model.problem.Checked;
import io.heddle.proxy.tls.ConnectionTls;
import io.heddle.traffic.balance.host.Endpoint;
import io.heddle.traffic.balance.host.Host;
import io.heddle.traffic.balance.host.HostState;
import io.heddle.traffic.balance.host.LabelValue;
import io.heddle.traffic.format.Operator;
import io.heddle.traffic.format.SubstitutionFormat;
import io.heddle.traffic.request.ResponseFlag;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// What logs tell of connections that are no requests.
class TimelineSourceTest {
    /// What only requests have.
    private static final Set<Operator> OF_HTTP = EnumSet.of(
            Operator.SCHEME,
            Operator.STREAM_ID,
            Operator.LOCAL_REPLY_BODY,
            Operator.GRPC_STATUS_NUMBER,
            Operator.REQUEST_DURATION,
            Operator.REQUEST_TX_DURATION,
            Operator.ROUNDTRIP_DURATION,
            Operator.RESPONSE_DURATION,
            Operator.RESPONSE_TX_DURATION);
    /// What a connection that is relayed as it comes has no name for.
    private static final Set<Operator> UNNAMED =
            EnumSet.of(Operator.ROUTE_NAME, Operator.VIRTUAL_CLUSTER_NAME, Operator.VIRTUAL_HOST_NAME);

    private static String told(RequestTimeline timeline, String operator) {
        var out = new StringBuilder();
        ((Checked.Ok<SubstitutionFormat>) SubstitutionFormat.of("%" + operator + "%"))
                .value()
                .append(timeline.format(), out);
        return out.toString();
    }

    private static ConnectionFacts facts(long id, int port, String serverName) {
        var near = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.3"), port);
        return new ConnectionFacts(
                id,
                "shop",
                Optional.of(near),
                ConnectionTls.NONE,
                serverName,
                new ConnectionFacts.Times(1, 3_000_001, 0));
    }

    private static RequestTimeline relayed() {
        var timeline = Timelines.inbound(0);
        var plain = Timelines.ENDPOINT;
        var labelled = new Endpoint(
                plain.address(),
                plain.port(),
                plain.weight(),
                plain.health(),
                plain.priority(),
                plain.transportMatch(),
                plain.metadata(),
                plain.hostname(),
                plain.locality(),
                Map.of("version", new LabelValue.Text("v7")),
                List.of());
        timeline.toHost(new Host(labelled, new HostState()));
        timeline.flag = ResponseFlag.UPSTREAM_CONNECTION_FAILURE;
        timeline.upstreamProtocol = "TCP";
        timeline.cameBy(facts(7, 15006, ""));
        timeline.over(facts(8, 40002, "catalog.example"));
        timeline.tryBegun = 1;
        timeline.upstreamReady = 2_000_001;
        return timeline;
    }

    @Test
    void all_that_is_known_of_a_connection_is_told() {
        var timeline = relayed();
        var silent = Arrays.stream(Operator.values())
                .filter(operator -> {
                    var out = new StringBuilder();
                    timeline.format().append(operator, out);
                    return out.isEmpty();
                })
                .collect(Collectors.toSet());
        var expected = EnumSet.copyOf(OF_HTTP);
        expected.addAll(UNNAMED);
        Arrays.stream(Operator.values())
                .filter(operator ->
                        operator.about() == Operator.About.CLIENT_TLS || operator.about() == Operator.About.HOST_TLS)
                .forEach(expected::add);
        assertThat(silent).isEqualTo(expected);
    }

    @Test
    void addresses_names_and_certificates_are_those_of_the_connection() {
        var timeline = relayed();
        assertThat(told(timeline, "DOWNSTREAM_REMOTE_PORT")).isEqualTo("40001");
        assertThat(told(timeline, "DOWNSTREAM_LOCAL_PORT")).isEqualTo("15006");
        assertThat(told(timeline, "DOWNSTREAM_LOCAL_ADDRESS_WITHOUT_PORT")).isEqualTo("127.0.0.2");
        assertThat(told(timeline, "UPSTREAM_HOST_NAME")).isEqualTo("127.0.0.2:15006");
        assertThat(told(timeline, "UPSTREAM_REMOTE_PORT")).isEqualTo("15006");
        assertThat(told(timeline, "UPSTREAM_HOST:9")).isEqualTo("127.0.0.2");
        assertThat(told(timeline, "UPSTREAM_METADATA(envoy.lb:version)")).isEqualTo("v7");
        assertThat(told(timeline, "DOWNSTREAM_PEER_SUBJECT")).isEmpty();
        assertThat(told(timeline, "FILTER_CHAIN_NAME")).isEqualTo("shop");
        assertThat(told(timeline, "CONNECTION_ID")).isEqualTo("7");
        assertThat(told(timeline, "DOWNSTREAM_DIRECT_LOCAL_ADDRESS")).isEqualTo("127.0.0.3:15006");
        assertThat(told(timeline, "UPSTREAM_CONNECTION_ID")).isEqualTo("8");
        assertThat(told(timeline, "UPSTREAM_LOCAL_ADDRESS")).isEqualTo("127.0.0.3:40002");
        assertThat(told(timeline, "UPSTREAM_SERVER_NAME")).isEqualTo("catalog.example");
        assertThat(told(timeline, "UPSTREAM_CONNECTION_POOL_READY_DURATION")).isEqualTo("2");
        assertThat(told(timeline, "COMMON_DURATION(US_CX_BEG:US_CX_END)")).isEqualTo("3");
        assertThat(told(timeline, "COMMON_DURATION(US_CX_BEG:US_HS_END)")).isEmpty();
        assertThat(told(timeline, "ACCESS_LOG_TYPE")).isEqualTo("TcpConnectionEnd");
        assertThat(told(timeline, "RESPONSE_FLAGS_LONG")).isEqualTo("UpstreamConnectionFailure");
        assertThat(told(timeline, "HOSTNAME")).isNotEmpty();
    }

    @Test
    void of_one_that_nobody_is_known_of_nothing_is_told() {
        var timeline = new RequestTimeline();
        for (var operator : new String[] {"UPSTREAM_HOST_NAME", "DOWNSTREAM_REMOTE_PORT", "DOWNSTREAM_PEER_SUBJECT"}) {
            assertThat(told(timeline, operator)).as(operator).isEmpty();
        }
    }
}
