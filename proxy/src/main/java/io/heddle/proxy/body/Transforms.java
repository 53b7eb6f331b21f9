package io.heddle.proxy.body;

import io.heddle.proxy.loop.Worker;
import io.heddle.proxy.observe.RequestObserver;
import io.heddle.proxy.observe.RequestTimeline;
import io.heddle.traffic.filter.BodyChange;
import io.heddle.traffic.filter.FilterCounter;

/// Makes the changes that filters ask for, for the bodies of one exchange after the other. Confined to its event loop.
public final class Transforms {
    private final Worker worker;
    private final RequestObserver observer;
    private final RequestTimeline timeline;

    /// On the loop of `worker`; what is counted goes to `observer` under the prefix in `timeline`.
    public Transforms(Worker worker, RequestObserver observer, RequestTimeline timeline) {
        this.worker = worker;
        this.observer = observer;
        this.timeline = timeline;
    }

    /// Makes one change of one body.
    public BodyTransform of(BodyChange change) {
        return switch (change) {
            case BodyChange.Compress(var coding, var meter) -> new Compression(Codings.encoder(coding), tally(meter));
            case BodyChange.FromBase64() -> new Base64Decoding();
            case BodyChange.ToGrpcWeb(boolean text) -> new GrpcWebEncoding(text);
            case BodyChange.ToGrpcWebFailure failure -> new GrpcWebFailure(failure);
            case BodyChange.CountMessages(var message) -> new MessageCount(message);
            case BodyChange.Limit limit -> new Throttle(worker, limit, this);
            case BodyChange.Decompress(var coding, var library, int mostRatio, var meter) ->
                new Decompression(Codings.decoder(coding), library, mostRatio, tally(meter));
        };
    }

    private Tally tally(BodyChange.Meter meter) {
        return (in, out) -> {
            count(meter.in(), in);
            count(meter.out(), out);
        };
    }

    /// Counts `amount`.
    public void count(FilterCounter counter, long amount) {
        observer.counted(counter, timeline.statPrefix, amount);
    }
}
