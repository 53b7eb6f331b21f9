package io.heddle.xds.read.listener;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.BoolValue;
import com.google.protobuf.UInt32Value;
import io.envoyproxy.envoy.config.core.v3.CidrRange;
import io.envoyproxy.envoy.config.core.v3.HttpProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.SchemeHeaderTransformation;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.heddle.model.problem.Problem;
import io.heddle.traffic.match.AddressMatcher;
import io.heddle.traffic.runtime.HeadOptions;
import io.heddle.traffic.runtime.NetworkFilter;
import io.heddle.xds.read.core.Findings;
import io.heddle.xds.read.core.Scope;
import java.util.List;
import org.junit.jupiter.api.Test;

class HeadOptionsReaderTest {
    private final Findings findings = new Findings();
    private final Scope scope = new Scope(findings, "Listener in", "");

    @Test
    void what_is_not_said_is_as_envoy_has_it() {
        var read = HeadOptionsReader.read(HttpConnectionManager.getDefaultInstance(), scope);
        assertThat(read.client()).isEqualTo(HeadOptions.ClientAddress.DEFAULT);
        assertThat(read.certificate()).isEqualTo(new HeadOptions.CertificateDetails(false, false, false, false, false));
        assertThat(read.requestIds()).isEqualTo(new HeadOptions.RequestIds(true, false, false));
        assertThat(read.names().transformation()).isEqualTo(HeadOptions.ServerHeader.OVERWRITE);
        assertThat(read.names().server()).isEqualTo("heddle");
        assertThat(findings.problems()).isEmpty();
    }

    @Test
    void reads_every_option() {
        var message = HttpConnectionManager.newBuilder()
                .setUseRemoteAddress(BoolValue.of(true))
                .setXffNumTrustedHops(2)
                .setSkipXffAppend(true)
                .setAppendXForwardedPort(true)
                .setInternalAddressConfig(HttpConnectionManager.InternalAddressConfig.newBuilder()
                        .addCidrRanges(CidrRange.newBuilder()
                                .setAddressPrefix("10.0.0.0")
                                .setPrefixLen(UInt32Value.of(8))))
                .setSetCurrentClientCertDetails(HttpConnectionManager.SetCurrentClientCertDetails.newBuilder()
                        .setSubject(BoolValue.of(true))
                        .setDns(true))
                .setStripMatchingHostPort(true)
                .setStripTrailingHostDot(true)
                .setCommonHttpProtocolOptions(HttpProtocolOptions.newBuilder()
                        .setHeadersWithUnderscoresAction(HttpProtocolOptions.HeadersWithUnderscoresAction.DROP_HEADER))
                .setGenerateRequestId(BoolValue.of(false))
                .setPreserveExternalRequestId(true)
                .setAlwaysSetRequestIdInResponse(true)
                .setServerHeaderTransformation(HttpConnectionManager.ServerHeaderTransformation.APPEND_IF_ABSENT)
                .setServerName("edge")
                .setVia("1.1 edge")
                .setSchemeHeaderTransformation(
                        SchemeHeaderTransformation.newBuilder().setSchemeToOverwrite("https"))
                .build();
        assertThat(HeadOptionsReader.read(message, scope))
                .isEqualTo(new HeadOptions(
                        new HeadOptions.ClientAddress(
                                true,
                                2,
                                true,
                                true,
                                List.of(AddressMatcher.parse("10.0.0.0/8").orElseThrow())),
                        new HeadOptions.CertificateDetails(true, false, false, true, false),
                        new HeadOptions.HostRules(HeadOptions.StripPort.MATCHING, true),
                        HeadOptions.Underscores.DROP_HEADER,
                        new HeadOptions.RequestIds(false, true, true),
                        new HeadOptions.Names(
                                HeadOptions.ServerHeader.APPEND_IF_ABSENT,
                                "edge",
                                "1.1 edge",
                                HeadOptions.Scheme.HTTPS,
                                true)));
        assertThat(findings.problems()).isEmpty();
    }

    @Test
    void reads_what_becomes_of_paths() {
        var message = HttpConnectionManager.newBuilder()
                .setNormalizePath(BoolValue.of(true))
                .setPathWithEscapedSlashesAction(
                        HttpConnectionManager.PathWithEscapedSlashesAction.UNESCAPE_AND_REDIRECT)
                .build();
        assertThat(HeadOptionsReader.paths(message, scope))
                .isEqualTo(
                        new NetworkFilter.PathRules(true, false, NetworkFilter.EscapedSlashes.UNESCAPE_AND_REDIRECT));
    }

    @Test
    void refuses_what_cannot_be_meant() {
        var message = HttpConnectionManager.newBuilder()
                .setXffNumTrustedHops(-1)
                .setInternalAddressConfig(HttpConnectionManager.InternalAddressConfig.newBuilder()
                        .addCidrRanges(CidrRange.newBuilder().setAddressPrefix("everywhere")))
                .setSchemeHeaderTransformation(
                        SchemeHeaderTransformation.newBuilder().setSchemeToOverwrite("ftp"))
                .setServerHeaderTransformationValue(9)
                .build();
        HeadOptionsReader.read(message, scope);
        HeadOptionsReader.paths(
                message.toBuilder().setPathWithEscapedSlashesActionValue(9).build(), scope);
        assertThat(findings.problems())
                .allMatch(Problem::isError)
                .extracting(Problem::path)
                .containsExactlyInAnyOrder(
                        "xff_num_trusted_hops",
                        "internal_address_config.cidr_ranges[0]",
                        "scheme_header_transformation.scheme_to_overwrite",
                        "server_header_transformation",
                        "path_with_escaped_slashes_action");
    }
}
