package io.heddle.traffic.route;

import io.heddle.traffic.format.FormatSource;
import io.heddle.traffic.format.HeaderChange;
import io.heddle.traffic.layer.RuntimeShare;
import io.heddle.traffic.layer.RuntimeSnapshot;
import io.heddle.traffic.reply.BodyFormat;
import io.heddle.traffic.request.HeaderName;
import io.heddle.traffic.request.LocalReply;
import io.heddle.traffic.request.Peer;
import io.heddle.traffic.request.RequestHead;
import io.heddle.traffic.request.ResponseFlag;
import io.heddle.traffic.request.Span;
import io.heddle.traffic.resilience.retry.RetryPolicy;
import io.heddle.traffic.resilience.retry.Timeouts;
import java.util.List;
import java.util.Optional;

/// What becomes of a routed request.
public sealed interface RouteAction {
    /// It goes to a cluster.
    ///
    /// @param cluster which one
    /// @param rewrite how host and path change on the way
    /// @param timeouts how long it may take
    /// @param retry when it is tried again
    /// @param mirrors who gets a copy
    /// @param upgrades which changes of protocol it carries; others are decided by the connection manager
    /// @param options what else it does
    /// @param placement which host of the cluster it goes to
    record Forward(
            ClusterChoice cluster,
            Rewrite rewrite,
            Timeouts timeouts,
            RetryPolicy retry,
            List<Mirror> mirrors,
            Upgrades upgrades,
            ForwardOptions options,
            Placement placement)
            implements RouteAction {
        public Forward {
            mirrors = List.copyOf(mirrors);
        }

        /// A forwarding that does nothing else, to any host of its cluster.
        public Forward(
                ClusterChoice cluster,
                Rewrite rewrite,
                Timeouts timeouts,
                RetryPolicy retry,
                List<Mirror> mirrors,
                Upgrades upgrades) {
            this(cluster, rewrite, timeouts, retry, mirrors, upgrades, ForwardOptions.DEFAULT, Placement.ANYWHERE);
        }

        /// The cluster that `head` of `peer` goes to, and what is done for it.
        ///
        /// @param chance any long drawn evenly
        /// @param runtime what overrides weights
        public ClusterChoice.Target target(long chance, RequestHead head, Peer peer, RuntimeSnapshot runtime) {
            return cluster instanceof ClusterChoice.Weighted weighted
                            && !weighted.hash().isEmpty()
                    ? weighted.target(chance, head, peer, runtime)
                    : cluster.target(chance, head, runtime);
        }

        /// Whether the route itself gives `head` another authority, and not its weighted cluster.
        public boolean rewritesHost(RequestHead head) {
            return options.host().of(head, rewrite.host()).isPresent();
        }

        /// The authority that `head` gets on its way to `target`; empty when it keeps its own.
        public Optional<String> host(ClusterChoice.Target target, RequestHead head) {
            var ofRoute = options.host().of(head, rewrite.host());
            return ofRoute.isPresent() ? ofRoute : target.host();
        }
    }

    /// It is answered with a redirect.
    ///
    /// @param status 301, 302, 303, 307 or 308
    /// @param scheme empty keeps it
    /// @param host empty keeps it
    /// @param port empty keeps it; the default port of a scheme that changes is dropped
    /// @param rewrite how the path changes
    /// @param stripQuery whether the query is dropped
    record Redirect(
            int status,
            Optional<String> scheme,
            Optional<String> host,
            Optional<Integer> port,
            Rewrite rewrite,
            boolean stripQuery)
            implements RouteAction {
        /// The same place over TLS.
        public static final Redirect TO_TLS =
                new Redirect(301, Optional.of("https"), Optional.empty(), Optional.empty(), Rewrite.NONE, false);

        /// Where `head`, which was sent over TLS or not, is to go. A port in its authority stays, unless the
        /// redirect has its own or the port is the default one of a scheme that changes.
        public String location(RequestHead head, boolean https) {
            var before = https ? "https" : "http";
            var wanted = scheme.orElse(before);
            var authority = Span.isPresent(head.authority()) ? Span.text(head.bytes(), head.authority()) : "";
            int colon = authority.lastIndexOf(':');
            boolean ported = colon > authority.lastIndexOf(']');
            boolean standard = ported && authority.substring(colon).equals(https ? ":443" : ":80");
            boolean drops = ported && (port.isPresent() || (standard && !wanted.equals(before)));
            var place = host.orElse(drops ? authority.substring(0, colon) : authority);
            var ending = port.map(number -> ":" + number).orElse("");
            var target = target(head);
            return wanted + "://" + place + ending + (target.startsWith("/") ? target : "/" + target);
        }

        /// A configured path with a query takes the place of the request's query, too, and is never stripped.
        private String target(RequestHead head) {
            var whole = rewrite.path().whole(head);
            if (whole.isPresent() && whole.get().indexOf('?') >= 0) {
                return whole.get();
            }
            var path = rewrite.path().applyTo(head);
            int query = path.indexOf('?');
            return stripQuery && query >= 0 ? path.substring(0, query) : path;
        }
    }

    /// It is answered as configured.
    ///
    /// @param status 200 to 599
    /// @param body the text; of one that is written by `format`, its `%LOCAL_REPLY_BODY%`
    /// @param format how the body is written (`body_format`); empty for as it stands
    record DirectResponse(int status, String body, Optional<BodyFormat> format) implements RouteAction {
        /// An answer whose body is sent as it stands.
        public DirectResponse(int status, String body) {
            this(status, body, Optional.empty());
        }

        /// The answer with its body as it stands.
        public LocalReply unwritten() {
            return LocalReply.of(status, body, ResponseFlag.NONE, "direct_response");
        }

        /// The answer to the request of `source`, which knows this status and, octets as one char each, this body.
        public LocalReply reply(FormatSource source) {
            return format.isEmpty() ? unwritten() : format.get().write(unwritten(), source);
        }
    }

    /// It cannot be routed.
    record Reject(LocalReply reply) implements RouteAction {}

    /// A cluster that gets a copy of requests.
    ///
    /// @param cluster its name; of one that a header names, empty
    /// @param header the request header that names it, instead
    /// @param share of which requests
    /// @param suffix whether the authority of a copy gets `-shadow` appended
    /// @param host the authority of a copy, instead of the request's
    /// @param changes header changes of a copy, after those of the request
    record Mirror(
            String cluster,
            Optional<HeaderName> header,
            RuntimeShare share,
            boolean suffix,
            Optional<String> host,
            List<HeaderChange> changes) {
        public Mirror {
            changes = List.copyOf(changes);
        }

        /// A mirror whose copies are as they are by default.
        public Mirror(String cluster, int millionths) {
            this(cluster, Optional.empty(), RuntimeShare.ofMillion(millionths), true, Optional.empty(), List.of());
        }
    }
}
