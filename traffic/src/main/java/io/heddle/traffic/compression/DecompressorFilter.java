package io.heddle.traffic.compression;

import static io.heddle.traffic.compression.CodingHeaders.ACCEPT_ENCODING;
import static io.heddle.traffic.compression.CodingHeaders.CACHE_CONTROL;
import static io.heddle.traffic.compression.CodingHeaders.CONTENT_ENCODING;

import io.heddle.traffic.body.ContentCoding;
import io.heddle.traffic.filter.BodyChange;
import io.heddle.traffic.filter.FilterAnswer;
import io.heddle.traffic.filter.FilterRequest;
import io.heddle.traffic.filter.FilterStep;
import io.heddle.traffic.filter.HttpFilter;
import io.heddle.traffic.layer.RuntimeFlag;
import io.heddle.traffic.request.HeaderEdits;
import io.heddle.traffic.route.FilterOverride;

/// Makes compressed bodies plain, of requests for applications that cannot, of answers for clients that cannot, as
/// Envoy's `envoy.filters.http.decompressor`. The outermost coding is taken off, which `content-encoding` names last.
public final class DecompressorFilter implements HttpFilter {
    /// Envoy's name of the filter.
    public static final String NAME = "envoy.filters.http.decompressor";

    private final String name;
    private final Settings settings;

    /// A filter called `name` in its chain.
    public DecompressorFilter(String name, Settings settings) {
        this.name = name;
        this.settings = settings;
    }

    /// What is made plain.
    ///
    /// @param coding from which coding
    /// @param library the library's name in configuration, which trailers bear
    /// @param mostRatio how many times as large as it came a body may become
    /// @param advertises whether the application is told that it may send the coding
    /// @param request bodies of requests
    /// @param response bodies of answers
    public record Settings(
            ContentCoding coding,
            String library,
            int mostRatio,
            boolean advertises,
            Direction request,
            Direction response) {}

    /// One direction.
    ///
    /// @param enabled whether anything is made plain
    /// @param ignoresNoTransform whether `cache-control: no-transform` is not heeded
    /// @param counters what is counted
    public record Direction(RuntimeFlag enabled, boolean ignoresNoTransform, CompressionCounters counters) {}

    @Override
    public String name() {
        return name;
    }

    /// What is made plain.
    public Settings settings() {
        return settings;
    }

    @Override
    public boolean seesBodies() {
        return true;
    }

    @Override
    public FilterStep onRequest(FilterRequest request) {
        var override = request.override(name);
        if (FilterOverride.disables(override)) {
            return FilterStep.CONTINUE;
        }
        if (settings.response().enabled().isOn(request.runtime())) {
            if (settings.advertises()) {
                advertise(request);
            }
            request.onAnswer(this::plain);
        }
        if (settings.request().enabled().isOn(request.runtime())) {
            plain(request);
        }
        return FilterStep.CONTINUE;
    }

    private void advertise(FilterRequest request) {
        var token = settings.coding().token();
        var before = request.requestEdits().value(request.head(), ACCEPT_ENCODING);
        if (!CodingHeaders.elements(before).contains(token)) {
            request.requestEdits()
                    .add(CodingHeaders.set(ACCEPT_ENCODING, before.isEmpty() ? token : before + "," + token));
        }
    }

    private void plain(FilterRequest request) {
        var edits = request.requestEdits();
        var codings = edits.value(request.head(), CONTENT_ENCODING);
        boolean done = !request.bodiless()
                && mayChange(settings.request(), edits.value(request.head(), CACHE_CONTROL))
                && isOutermost(codings);
        var counters = settings.request().counters();
        if (done) {
            strip(codings, edits);
            request.changeBody(change(counters));
        }
        request.count(done ? counters.done() : counters.left());
    }

    private void plain(FilterAnswer answer) {
        var codings = answer.header(CONTENT_ENCODING);
        boolean done = answer.hasBody()
                && mayChange(settings.response(), answer.header(CACHE_CONTROL))
                && isOutermost(codings);
        var counters = settings.response().counters();
        if (done) {
            strip(codings, answer.edits());
            answer.changeBody(change(counters));
        }
        answer.count(done ? counters.done() : counters.left());
    }

    private static boolean mayChange(Direction direction, String cacheControl) {
        return direction.ignoresNoTransform() || !CodingHeaders.forbidsTransform(cacheControl);
    }

    private boolean isOutermost(String codings) {
        var listed = CodingHeaders.elements(codings);
        return !listed.isEmpty() && listed.getLast().equals(settings.coding().token());
    }

    private static void strip(String codings, HeaderEdits edits) {
        var listed = CodingHeaders.elements(codings);
        listed.removeLast();
        edits.add(
                listed.isEmpty()
                        ? CodingHeaders.remove(CONTENT_ENCODING)
                        : CodingHeaders.set(CONTENT_ENCODING, String.join(", ", listed)));
    }

    private BodyChange change(CompressionCounters counters) {
        return new BodyChange.Decompress(settings.coding(), settings.library(), settings.mostRatio(), counters.bytes());
    }
}
