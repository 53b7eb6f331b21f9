package io.heddle.traffic.ratelimit;

import io.heddle.traffic.balance.host.LabelValue;
import io.heddle.traffic.format.FormatSource;
import io.heddle.traffic.format.MetadataOwner;
import io.heddle.traffic.metadata.RequestState;
import io.heddle.traffic.request.RequestHead;
import java.util.List;
import java.util.Optional;

/// A request that is counted, as command operators see it: its head and metadata. What else they say is not known yet.
record CountedSource(RateLimitAction.Request counted) implements FormatSource {
    @Override
    public RequestHead request() {
        return counted.head();
    }

    @Override
    public RequestState state() {
        return counted.state();
    }

    @Override
    public Optional<LabelValue> metadata(MetadataOwner owner, String namespace, List<String> path) {
        return switch (owner) {
            case REQUEST -> counted.state().metadata(namespace, path);
            case ROUTE -> LabelValue.at(counted.route(), namespace, path);
            case HOST -> Optional.empty();
        };
    }
}
