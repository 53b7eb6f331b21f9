package io.heddle.traffic.ratelimit;

import io.heddle.traffic.balance.host.LabelValue;
import io.heddle.traffic.match.AddressMatcher;
import io.heddle.traffic.match.AddressText;
import io.heddle.traffic.match.HeaderMatcher;
import io.heddle.traffic.match.QueryMatcher;
import io.heddle.traffic.match.StringMatcher;
import io.heddle.traffic.metadata.RequestState;
import io.heddle.traffic.request.HeaderName;
import io.heddle.traffic.request.Peer;
import io.heddle.traffic.request.RequestHead;
import io.heddle.traffic.request.Span;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;

/// What makes one entry of a descriptor (Envoy's `route.v3.RateLimit.Action`).
public sealed interface RateLimitAction {
    /// The request that entries are made of.
    ///
    /// @param head as it came
    /// @param peer who sent it
    /// @param clusters where it comes from and where it goes
    /// @param state what filters have found out about it
    /// @param route what its route says of itself, by namespace
    record Request(
            RequestHead head, Peer peer, Clusters clusters, RequestState state, Map<String, LabelValue.Fields> route) {}

    /// Two clusters.
    ///
    /// @param source the one that the proxy belongs to (`node.cluster`); may be empty
    /// @param destination the one that a request goes to
    record Clusters(String source, String destination) {}

    /// The same for every request.
    record GenericKey(DescriptorEntry entry) implements RateLimitAction {}

    /// The cluster that the proxy belongs to (`node.cluster`).
    record SourceCluster() implements RateLimitAction {}

    /// The cluster that the request goes to.
    record DestinationCluster() implements RateLimitAction {}

    /// The client's address.
    record RemoteAddress() implements RateLimitAction {}

    /// The range that the client's address is in.
    ///
    /// @param v4 bits of an IPv4 address, 0 to 32
    /// @param v6 bits of an IPv6 address, 0 to 128
    record MaskedRemoteAddress(int v4, int v6) implements RateLimitAction {}

    /// A header's value.
    ///
    /// @param skip whether a request without the header has a descriptor without the entry, rather than none
    record RequestHeader(HeaderName name, String key, boolean skip) implements RateLimitAction {}

    /// A query parameter's first value, as it stands.
    ///
    /// @param skip whether a request without the parameter has a descriptor without the entry, rather than none
    record QueryParameter(String name, String key, boolean skip) implements RateLimitAction {}

    /// An entry for requests whose headers fit, all of them, or for those whose headers do not.
    record HeaderMatch(DescriptorEntry entry, boolean expected, List<HeaderMatcher> headers)
            implements RateLimitAction {
        public HeaderMatch {
            headers = List.copyOf(headers);
        }
    }

    /// An entry for requests whose query parameters fit, all of them, or for those whose do not.
    record QueryMatch(DescriptorEntry entry, boolean expected, List<QueryMatcher> parameters)
            implements RateLimitAction {
        public QueryMatch {
            parameters = List.copyOf(parameters);
        }
    }

    /// A text in metadata.
    ///
    /// @param ofRoute whether in what the route says of itself, rather than in what filters have found out
    /// @param namespace whose metadata
    /// @param path where in it
    /// @param key the entry's key
    /// @param standard the entry's value where there is no text; empty for none
    /// @param skip whether a request with neither has a descriptor without the entry, rather than none
    record Metadata(boolean ofRoute, String namespace, List<String> path, String key, String standard, boolean skip)
            implements RateLimitAction {
        public Metadata {
            path = List.copyOf(path);
        }

        private boolean addText(List<DescriptorEntry> entries, Request request) {
            var found = ofRoute
                    ? LabelValue.at(request.route(), namespace, path)
                    : request.state().metadata(namespace, path);
            var text = found.isPresent() && found.get() instanceof LabelValue.Text(String value) ? value : "";
            var used = text.isEmpty() ? standard : text;
            return used.isEmpty() ? skip : entries.add(new DescriptorEntry(key, StringMatcher.octets(used)));
        }
    }

    /// Adds the entry for `request`, if it has one; whether it can have a descriptor at all.
    default boolean addTo(List<DescriptorEntry> entries, Request request) {
        var head = request.head();
        return switch (this) {
            case GenericKey(var entry) -> entries.add(entry);
            case SourceCluster() ->
                entries.add(
                        new DescriptorEntry("source_cluster", request.clusters().source()));
            case DestinationCluster() ->
                entries.add(new DescriptorEntry(
                        "destination_cluster", request.clusters().destination()));
            case RemoteAddress() ->
                entries.add(new DescriptorEntry("remote_address", AddressText.of(address(request))));
            case MaskedRemoteAddress(int v4, int v6) -> {
                var range = AddressMatcher.of(
                        AddressText.of(address(request)), address(request).getAddress().length == 4 ? v4 : v6);
                range.ifPresent(found -> entries.add(new DescriptorEntry(
                        "masked_remote_address", found.canonical().toString())));
                yield range.isPresent();
            }
            case RequestHeader(var name, var key, boolean skip) -> add(head.header(name), key, skip, entries, head);
            case QueryParameter(var name, var key, boolean skip) ->
                add(QueryMatcher.value(head, name), key, skip, entries, head);
            case HeaderMatch(var entry, boolean expected, var headers) ->
                headers.stream().allMatch(matcher -> matcher.matches(head)) == expected && entries.add(entry);
            case Metadata metadata -> metadata.addText(entries, request);
            case QueryMatch(var entry, boolean expected, var parameters) ->
                parameters.stream().allMatch(matcher -> matcher.matches(head)) == expected && entries.add(entry);
        };
    }

    private static InetAddress address(Request request) {
        return request.peer().remote().getAddress();
    }

    private static boolean add(long span, String key, boolean skip, List<DescriptorEntry> entries, RequestHead head) {
        if (!Span.isPresent(span)) {
            return skip;
        }
        return entries.add(new DescriptorEntry(key, Span.text(head.bytes(), span)));
    }
}
