package io.heddle.traffic.format;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.heddle.model.problem.Checked;
import io.heddle.model.problem.Problem;
import io.heddle.traffic.balance.host.LabelValue;
import io.heddle.traffic.request.HeaderEdit;
import io.heddle.traffic.request.HeaderEdits;
import io.heddle.traffic.request.HeaderFields;
import io.heddle.traffic.request.HeaderName;
import io.heddle.traffic.request.RequestHead;
import io.heddle.traffic.request.TextRequest;
import java.nio.charset.StandardCharsets;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SubstitutionFormatTest {
    private static final TextRequest REQUEST = TextRequest.of(
            "PUT", "shop:81", "/a/b?x=1&y=&x=2&long=abcdef", "x-user", "ann", "x-empty", "", "accept", "text/*");
    private static final TextRequest ANSWER = TextRequest.get("", "/", "x-version", "v7");

    /// A request at 2026-11-21T12:34:56.789Z.
    private record Source() implements FormatSource {
        @Override
        public RequestHead request() {
            return REQUEST;
        }

        @Override
        public HeaderFields response() {
            return ANSWER;
        }

        @Override
        public HeaderFields trailers() {
            return HeaderFields.NONE;
        }

        @Override
        public long startedAtMillis() {
            return 1_795_264_496_789L;
        }

        @Override
        public OptionalLong at(Moment moment) {
            return switch (moment) {
                case START -> OptionalLong.of(startedAtMillis());
                case EMIT -> OptionalLong.of(1_795_264_500_000L);
                default -> OptionalLong.empty();
            };
        }

        @Override
        public ZoneId zone() {
            return ZoneOffset.ofHours(1);
        }

        @Override
        public long stamp(TimePoint point) {
            return point == TimePoint.DS_RX_BEG ? 1 : point == TimePoint.US_TX_BEG ? 2_000_001 : 0;
        }

        @Override
        public Optional<String> environment(String name) {
            return name.equals("HOME") ? Optional.of("/home/ann") : Optional.empty();
        }

        @Override
        public Optional<LabelValue> metadata(MetadataOwner owner, String namespace, List<String> path) {
            return owner == MetadataOwner.REQUEST
                    ? Optional.empty()
                    : Optional.of(new LabelValue.Text(owner + " " + namespace + " " + path));
        }

        @Override
        public void appendOwn(HeaderName name, StringBuilder out) {
            out.append(name.equals(HeaderName.REQUEST_ID) ? "0815" : "");
        }

        @Override
        public void append(Operator operator, StringBuilder out) {
            out.append(
                    switch (operator) {
                        case RESPONSE_CODE -> "418";
                        case SCHEME -> "https";
                        case GRPC_STATUS_NUMBER -> "5";
                        case DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT -> "10.20.30.40";
                        case DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT -> "2001:db8:ffff::1";
                        default -> "";
                    });
        }
    }

    private static SubstitutionFormat format(String text) {
        var checked = SubstitutionFormat.of(text);
        assertThat(checked).as("%s", checked.problems()).isInstanceOf(Checked.Ok.class);
        return ((Checked.Ok<SubstitutionFormat>) checked).value();
    }

    private static String filled(String text) {
        var out = new StringBuilder();
        format(text).append(new Source(), out);
        return out.toString();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    plain | plain
                    100%% | 100%
                    %REQ(X-User)% | ann
                    <%REQ(x-user):2%> | <an>
                    %REQ(x-none?x-user)% | ann
                    %REQ(x-empty?x-user)% | ann
                    [%REQ(x-none)%] | []
                    %REQ(:METHOD)% %REQ(:AUTHORITY)% %REQ(:SCHEME)% | PUT shop:81 https
                    %REQUEST_HEADER(:path):4% | /a/b
                    %REQ_WITHOUT_QUERY(:PATH)% | /a/b
                    %PATH(NQ:PATH)% | /a/b
                    %REQ(x-request-id)% | 0815
                    %RESP(x-version)% %RESP(:status)% | v7 418
                    [%TRAILER(grpc-status)%] | []
                    %QUERY_PARAM(x)%%QUERY_PARAM(y)%%QUERY_PARAM(none)% | 1
                    %QUERY_PARAM(long):3% | abc
                    %RESPONSE_CODE% | 418
                    [%HOSTNAME%] | []
                    %START_TIME% | 2026-11-21T12:34:56.789Z
                    %START_TIME(%s.%3f)% | 1795264496.789
                    %START_TIME(%Y/%m/%d %H:%M:%S %z %%)% | 2026/11/21 12:34:56 +0000 %
                    %START_TIME(%a, %e %b %y, %j, %6f)% | Sat, 21 Nov 26, 325, 789000
                    %START_TIME(%e%m%e%s)% | 2111211795264496
                    %START_TIME(%c; %x %X; %G-%V-%u; %w; %U %W; %g)% | Sat Nov 21 12:34:56 2026; 11/21/26 12:34:56; 2026-47-6; 6; 46 46; 26
                    %START_TIME(%k;%l;%P;%r)% | 12;12;pm;12:34:56 PM
                    %START_TIME(%Ez %E3S %E*S %E4Y %E*f %ET)% | +00:00 56.789 56.789 2026 789 T
                    %START_TIME_LOCAL% | 2026-11-21T13:34:56.789+0100
                    %START_TIME_LOCAL(%H %z)% | 13 +0100
                    %EMIT_TIME(%s)% | 1795264500
                    %EMIT_TIME_LOCAL% | 2026-11-21T13:35:00.000+0100
                    [%DOWNSTREAM_PEER_CERT_V_START%] | []
                    %GRPC_STATUS% %GRPC_STATUS(CAMEL_STRING)% %GRPC_STATUS(SNAKE_STRING)% %GRPC_STATUS(NUMBER)% | NotFound NotFound NOT_FOUND 5
                    %GRPC_STATUS%:%GRPC_STATUS():3% | NotFound:Not
                    %QUERY_PARAMS%;%QUERY_PARAMS(ORIG):3% | x=1&y=&x=2&long=abcdef;x=1
                    %QUERY_PARAMS(DECODED)% | x=1&y=&x=2&long=abcdef
                    %ENVIRONMENT(HOME)% %ENVIRONMENT(NONE)% %ENVIRONMENT(HOME):2% | /home/ann - /h
                    %COMMON_DURATION(DS_RX_BEG:US_TX_BEG)% %COMMON_DURATION(DS_RX_BEG:US_TX_BEG:us)% | 2 2000
                    %COMMON_DURATION(DS_RX_BEG:US_TX_BEG:ns)% [%COMMON_DURATION(DS_RX_BEG:US_RX_BEG)%] | 2000000 []
                    %REQUESTED_SERVER_NAME(SNI_FIRST)% %REQUESTED_SERVER_NAME(HOST_FIRST:HOST):4% | shop:81 shop
                    [%REQUESTED_SERVER_NAME(SNI_ONLY)%] [%REQUESTED_SERVER_NAME(SNI_FIRST:ORIG)%] | [] []
                    %DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT(12)% | 10.16.0.0/12
                    %DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT(33)% | 2001:db8:8000::/33
                    %COALESCE({"operators": ["TRACE_ID", {"command": "REQ", "param": "x-user", "max_length": 2}, "HOSTNAME"]})% | an
                    [%TRACE_ID%%SPAN_ID%%CUSTOM_FLAGS%] | []
                    [%DYNAMIC_METADATA(a:b)%] | []
                    %METADATA(ROUTE:shop:plan:name)% | ROUTE shop [plan, name]
                    %METADATA(ROUTE:shop):5% | ROUTE
                    %UPSTREAM_METADATA(envoy.lb:version)% | HOST envoy.lb [version]
                    %METADATA(UPSTREAM_HOST:envoy.lb:version)% | HOST envoy.lb [version]
                    [%METADATA(DYNAMIC:a:b)%] | []
                    """)
    void fills_in_what_operators_say(String text, String wanted) {
        assertThat(filled(text)).isEqualTo(wanted);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "100%",
                "100% x",
                "%FOO%",
                "%REQ%",
                "%REQ()%",
                "%REQ(a?b?c)%",
                "%PROTOCOL(x)%",
                "%REQ(a):%",
                "%REQ(a):x%",
                "%REQ(a",
                "%REQ(a)",
                "%START_TIME(%Q)%",
                "%START_TIME(%)%",
                "%QUERY_PARAM%",
                "%protocol%",
                "%PATH(XX)%",
                "%START_TIME(%E)%",
                "%START_TIME(%EQ)%",
                "%GRPC_STATUS(OTHER)%",
                "%QUERY_PARAMS(OTHER)%",
                "%ENVIRONMENT%",
                "%COMMON_DURATION%",
                "%COMMON_DURATION(DS_RX_BEG)%",
                "%COMMON_DURATION(DS_RX_BEG:SOON)%",
                "%COMMON_DURATION(DS_RX_BEG:US_TX_BEG:years)%",
                "%REQUESTED_SERVER_NAME(HOST_ONLY:ORIG)%",
                "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT(129)%",
                "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT(x)%",
                "%COALESCE%",
                "%COALESCE({})%",
                "%COALESCE({\"operators\": []})%",
                "%COALESCE({\"operators\": [\"FOO\"]})%",
                "%COALESCE({\"operators\": [\"TRACE_ID\"]} x)%",
                "%COALESCE({\"operators\": [{\"param\": \"x\"}]})%",
                "%COALESCE({\"operators\": [\"COALESCE\"]})%",
                "%CEL(request.path)%",
                "%METADATA%",
                "%METADATA(ROUTE)%",
                "%METADATA(ROUTE:)%",
                "%METADATA(SOMETHING:a:b)%",
                "%UPSTREAM_METADATA(a:)%",
                "%SCHEME%"
            })
    void refuses_what_is_no_format(String text) {
        assertThat(SubstitutionFormat.of(text)).isInstanceOf(Checked.Rejected.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"%PER_REQUEST_STATE(a:b)%", "%METADATA(CLUSTER:a:b)%", "%CLUSTER_METADATA(a:b)%"})
    void warns_of_an_operator_that_never_says_anything(String text) {
        assertThat(SubstitutionFormat.of(text).problems())
                .singleElement()
                .satisfies(problem -> assertThat(problem.severity()).isEqualTo(Problem.Severity.WARNING));
    }

    @Test
    void a_text_without_operators_is_fixed() {
        assertThat(format("50%% off").fixed()).contains("50% off");
        assertThat(format("").fixed()).contains("");
        assertThat(format("%PROTOCOL%").fixed()).isEmpty();
    }

    @Test
    void a_change_with_an_empty_value_is_made_only_where_that_is_kept() {
        var name = HeaderName.of("x-new");
        var nobody = format("%REQ(x-none)%");
        List<HeaderChange> changes = List.of(
                new HeaderChange.Formatted(HeaderEdit.Action.SET, name, format("<%REQ(x-user)%>"), false),
                new HeaderChange.Formatted(HeaderEdit.Action.SET, name, nobody, false),
                new HeaderChange.Formatted(HeaderEdit.Action.APPEND, name, nobody, true),
                new HeaderChange.Fixed(new HeaderEdit(HeaderEdit.Action.REMOVE, name, "")));
        var edits = new HeaderEdits();
        HeaderChange.addAll(changes, new Source(), edits);
        assertThat(edits.size()).isEqualTo(3);
        assertThat(edits.edit(0).value()).isEqualTo("<ann>");
        assertThat(edits.edit(1)).isEqualTo(new HeaderEdit(HeaderEdit.Action.APPEND, name, ""));
        assertThat(edits.edit(2).action()).isEqualTo(HeaderEdit.Action.REMOVE);
    }

    @FuzzTest
    void any_text_is_a_format_or_refused(byte[] input) {
        var text = new String(input, StandardCharsets.ISO_8859_1);
        if (SubstitutionFormat.of(text) instanceof Checked.Ok<SubstitutionFormat>(var found, var _)) {
            found.append(new Source(), new StringBuilder());
        }
    }
}
