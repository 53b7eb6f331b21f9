package io.heddle.proxy.observe;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.model.problem.Checked;
import io.heddle.traffic.balance.host.Endpoint;
import io.heddle.traffic.balance.host.Host;
import io.heddle.traffic.balance.host.HostState;
import io.heddle.traffic.balance.host.LabelValue;
import io.heddle.traffic.format.Operator;
import io.heddle.traffic.format.SubstitutionFormat;
import io.heddle.traffic.request.ResponseFlag;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
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
        timeline.presented((operator, out) -> out.append("its ").append(operator));
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
        assertThat(told(timeline, "DOWNSTREAM_PEER_SUBJECT")).isEqualTo("its DOWNSTREAM_PEER_SUBJECT");
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
