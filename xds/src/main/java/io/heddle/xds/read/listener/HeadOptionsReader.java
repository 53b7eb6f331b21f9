package io.heddle.xds.read.listener;

import io.envoyproxy.envoy.config.core.v3.SchemeHeaderTransformation;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.heddle.traffic.match.AddressMatcher;
import io.heddle.traffic.runtime.HeadOptions;
import io.heddle.traffic.runtime.NetworkFilter;
import io.heddle.xds.read.core.Fields;
import io.heddle.xds.read.core.HeadTexts;
import io.heddle.xds.read.core.MatcherReader;
import io.heddle.xds.read.core.Scope;
import io.heddle.xds.read.filter.FilterReaders;
import java.util.ArrayList;
import java.util.List;

/// Reads what a connection manager does to heads beside what routes and filters ask for.
final class HeadOptionsReader {
    private static final Fields<HttpConnectionManager.SetCurrentClientCertDetails> CLIENT_CERTIFICATE =
            Fields.refusingOthers(HttpConnectionManager.SetCurrentClientCertDetails.class)
                    .reads("subject", "cert", "chain", "dns", "uri");
    private static final Fields<HttpConnectionManager.InternalAddressConfig> INTERNAL = Fields.refusingOthers(
                    HttpConnectionManager.InternalAddressConfig.class)
            .reads("cidr_ranges")
            .accepts("unix_sockets", "no listener is a Unix socket");
    private static final Fields<SchemeHeaderTransformation> SCHEME = Fields.refusingOthers(
                    SchemeHeaderTransformation.class)
            .limits("scheme_to_overwrite", "`http` and `https`; sent to HTTP/2 hosts");

    /// What of this is read.
    static final List<Fields<?>> FIELDS = List.of(CLIENT_CERTIFICATE, INTERNAL, SCHEME);

    private static final int MOST_HOPS = 100;

    private HeadOptionsReader() {}

    static HeadOptions read(HttpConnectionManager message, Scope scope) {
        return new HeadOptions(
                client(message, scope),
                certificate(message, scope.at("set_current_client_cert_details")),
                new HeadOptions.HostRules(stripPort(message), message.getStripTrailingHostDot()),
                underscores(message, scope.at("common_http_protocol_options")),
                new HeadOptions.RequestIds(
                        !message.hasGenerateRequestId()
                                || message.getGenerateRequestId().getValue(),
                        message.getPreserveExternalRequestId(),
                        message.getAlwaysSetRequestIdInResponse()),
                new HeadOptions.Names(
                        server(message, scope.at("server_header_transformation")),
                        message.getServerName().isEmpty()
                                ? HeadOptions.Names.DEFAULT.server()
                                : HeadTexts.value(message.getServerName(), scope.at("server_name")),
                        HeadTexts.value(message.getVia(), scope.at("via")),
                        scheme(message, scope.at("scheme_header_transformation")),
                        message.getHttpFiltersList().stream()
                                .noneMatch(filter -> FilterReaders.suppresses(filter.getTypedConfig()))));
    }

    private static HeadOptions.ClientAddress client(HttpConnectionManager message, Scope scope) {
        int hops = message.getXffNumTrustedHops();
        if (hops < 0 || hops > MOST_HOPS) {
            scope.at("xff_num_trusted_hops")
                    .error("is out of range: " + Integer.toUnsignedString(hops), "write 0 to " + MOST_HOPS);
            hops = 0;
        }
        return new HeadOptions.ClientAddress(
                message.getUseRemoteAddress().getValue(),
                hops,
                message.getSkipXffAppend(),
                message.getAppendXForwardedPort(),
                internal(message.getInternalAddressConfig(), scope.at("internal_address_config")));
    }

    private static List<AddressMatcher> internal(HttpConnectionManager.InternalAddressConfig message, Scope scope) {
        scope.check(message, INTERNAL);
        var ranges = new ArrayList<AddressMatcher>();
        for (int i = 0; i < message.getCidrRangesCount(); i++) {
            MatcherReader.addresses(message.getCidrRanges(i), scope.at("cidr_ranges", i))
                    .ifPresent(ranges::add);
        }
        return ranges;
    }

    private static HeadOptions.CertificateDetails certificate(HttpConnectionManager message, Scope scope) {
        var details = message.getSetCurrentClientCertDetails();
        scope.check(details, CLIENT_CERTIFICATE);
        return new HeadOptions.CertificateDetails(
                details.getSubject().getValue(),
                details.getCert(),
                details.getChain(),
                details.getDns(),
                details.getUri());
    }

    private static HeadOptions.StripPort stripPort(HttpConnectionManager message) {
        if (message.getStripAnyHostPort()) {
            return HeadOptions.StripPort.ANY;
        }
        return message.getStripMatchingHostPort() ? HeadOptions.StripPort.MATCHING : HeadOptions.StripPort.NONE;
    }

    private static HeadOptions.Underscores underscores(HttpConnectionManager message, Scope scope) {
        return switch (message.getCommonHttpProtocolOptions().getHeadersWithUnderscoresAction()) {
            case ALLOW -> HeadOptions.Underscores.ALLOW;
            case REJECT_REQUEST -> HeadOptions.Underscores.REJECT_REQUEST;
            case DROP_HEADER -> HeadOptions.Underscores.DROP_HEADER;
            case UNRECOGNIZED -> {
                scope.at("headers_with_underscores_action")
                        .error("is not known", "write ALLOW, REJECT_REQUEST or DROP_HEADER");
                yield HeadOptions.Underscores.REJECT_REQUEST;
            }
        };
    }

    private static HeadOptions.ServerHeader server(HttpConnectionManager message, Scope scope) {
        return switch (message.getServerHeaderTransformation()) {
            case OVERWRITE -> HeadOptions.ServerHeader.OVERWRITE;
            case APPEND_IF_ABSENT -> HeadOptions.ServerHeader.APPEND_IF_ABSENT;
            case PASS_THROUGH -> HeadOptions.ServerHeader.PASS_THROUGH;
            case UNRECOGNIZED -> {
                scope.error("is not known", "write OVERWRITE, APPEND_IF_ABSENT or PASS_THROUGH");
                yield HeadOptions.ServerHeader.PASS_THROUGH;
            }
        };
    }

    private static HeadOptions.Scheme scheme(HttpConnectionManager message, Scope scope) {
        var transformation = message.getSchemeHeaderTransformation();
        scope.check(transformation, SCHEME);
        if (!transformation.hasSchemeToOverwrite()) {
            return HeadOptions.Scheme.RECEIVED;
        }
        return switch (transformation.getSchemeToOverwrite()) {
            case "http" -> HeadOptions.Scheme.HTTP;
            case "https" -> HeadOptions.Scheme.HTTPS;
            default -> {
                scope.at("scheme_to_overwrite").error("is not known", "write http or https");
                yield HeadOptions.Scheme.RECEIVED;
            }
        };
    }

    /// What becomes of the path.
    static NetworkFilter.PathRules paths(HttpConnectionManager message, Scope scope) {
        var escaped = switch (message.getPathWithEscapedSlashesAction()) {
            case IMPLEMENTATION_SPECIFIC_DEFAULT, KEEP_UNCHANGED -> NetworkFilter.EscapedSlashes.KEEP_UNCHANGED;
            case REJECT_REQUEST -> NetworkFilter.EscapedSlashes.REJECT_REQUEST;
            case UNESCAPE_AND_REDIRECT -> NetworkFilter.EscapedSlashes.UNESCAPE_AND_REDIRECT;
            case UNESCAPE_AND_FORWARD -> NetworkFilter.EscapedSlashes.UNESCAPE_AND_FORWARD;
            case UNRECOGNIZED -> {
                scope.at("path_with_escaped_slashes_action")
                        .error("is not known", "write KEEP_UNCHANGED, REJECT_REQUEST or an UNESCAPE action");
                yield NetworkFilter.EscapedSlashes.REJECT_REQUEST;
            }
        };
        return new NetworkFilter.PathRules(message.getNormalizePath().getValue(), message.getMergeSlashes(), escaped);
    }
}
