package io.heddle.traffic.compression;

import static io.heddle.traffic.compression.CodingHeaders.ACCEPT_ENCODING;
import static io.heddle.traffic.compression.CodingHeaders.CACHE_CONTROL;
import static io.heddle.traffic.compression.CodingHeaders.CONTENT_ENCODING;
import static io.heddle.traffic.compression.CodingHeaders.ETAG;
import static io.heddle.traffic.compression.CodingHeaders.VARY;

import io.heddle.traffic.filter.BodyChange;
import io.heddle.traffic.filter.FilterAnswer;
import io.heddle.traffic.filter.FilterRequest;
import io.heddle.traffic.filter.FilterStep;
import io.heddle.traffic.filter.HttpFilter;
import io.heddle.traffic.request.HeaderName;
import io.heddle.traffic.request.RequestHead;
import io.heddle.traffic.request.Span;
import io.heddle.traffic.route.FilterOverride;
import java.util.ArrayList;
import java.util.List;

/// Compresses bodies of answers for clients that accept it, and bodies of requests where that is wanted, as Envoy's
/// `envoy.filters.http.compressor`. Several in a chain offer several codings; the client's weights decide.
public final class CompressorFilter implements HttpFilter {
    /// Envoy's name of the filter.
    public static final String NAME = "envoy.filters.http.compressor";

    private final String name;
    private final CompressorSettings settings;
    private final List<CompressorSettings> chain;

    /// A filter called `name`, alone in its chain.
    public CompressorFilter(String name, CompressorSettings settings) {
        this(name, settings, List.of(settings));
    }

    private CompressorFilter(String name, CompressorSettings settings, List<CompressorSettings> chain) {
        this.name = name;
        this.settings = settings;
        this.chain = chain;
    }

    /// These filters of one chain, in which every compressor knows the others.
    public static List<HttpFilter> acquainted(List<HttpFilter> filters) {
        var all = new ArrayList<CompressorSettings>();
        for (var filter : filters) {
            if (filter instanceof CompressorFilter compressor) {
                all.add(compressor.settings);
            }
        }
        if (all.size() < 2) {
            return filters;
        }
        var chain = List.copyOf(all);
        return filters.stream()
                .map(filter -> filter instanceof CompressorFilter found
                        ? new CompressorFilter(found.name, found.settings, chain)
                        : filter)
                .toList();
    }

    @Override
    public String name() {
        return name;
    }

    /// What is compressed, and how.
    public CompressorSettings settings() {
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
        boolean answers = settings.response().enabled().isOn(request.runtime());
        boolean hides = settings.answers().hidesAccept();
        if (override.isPresent() && override.get() instanceof CompressorSettings.PerRoute(var compresses, var hidden)) {
            answers |= compresses;
            hides = hidden.orElse(hides);
        }
        compress(request);
        if (answers) {
            var accepts = value(request, ACCEPT_ENCODING);
            boolean toHead = isHead(request.head());
            request.onAnswer(answer -> compress(accepts, answer, toHead));
            if (hides && !accepts.isEmpty()) {
                request.requestEdits().add(CodingHeaders.remove(ACCEPT_ENCODING));
            }
        }
        return FilterStep.CONTINUE;
    }

    private static boolean isHead(RequestHead head) {
        return Span.text(head.bytes(), head.method()).equals("HEAD");
    }

    private static String value(FilterRequest request, HeaderName header) {
        return request.requestEdits().value(request.head(), header);
    }

    private void compress(FilterRequest request) {
        var direction = settings.request();
        if (!direction.enabled().isOn(request.runtime())) {
            return;
        }
        boolean compresses = !request.bodiless()
                && direction.isLong(length(request))
                && direction.takes(value(request, HeaderName.CONTENT_TYPE))
                && value(request, CONTENT_ENCODING).isEmpty();
        if (compresses) {
            request.requestEdits()
                    .add(CodingHeaders.set(CONTENT_ENCODING, settings.coding().token()));
            request.changeBody(new BodyChange.Compress(
                    settings.coding(), direction.counters().bytes()));
        }
        request.count(
                compresses ? direction.counters().done() : direction.counters().left());
    }

    private static String length(FilterRequest request) {
        long length = request.head().header(HeaderName.CONTENT_LENGTH);
        return Span.isPresent(length) ? Span.text(request.head().bytes(), length) : "";
    }

    /// An answer to HEAD varies as the one to GET would (RFC 9110, section 9.3.2).
    private void compress(String accepts, FilterAnswer answer, boolean toHead) {
        var direction = settings.response();
        boolean speaksOfBody = answer.hasBody() || (toHead && !answer.local() && !isBodiless(answer.status()));
        boolean fits = speaksOfBody && isLong(answer) && isCompressible(answer);
        if (fits && answer.hasBody() && accepts(accepts, answer)) {
            var edits = answer.edits();
            var etag = answer.header(ETAG);
            if (!etag.isEmpty() && !etag.startsWith("W/") && !etag.startsWith("w/")) {
                edits.add(CodingHeaders.remove(ETAG));
            }
            edits.add(CodingHeaders.set(CONTENT_ENCODING, settings.coding().token()));
            answer.changeBody(new BodyChange.Compress(
                    settings.coding(), direction.counters().bytes()));
            answer.count(direction.counters().done());
        } else {
            answer.count(direction.counters().left());
        }
        if (fits) {
            vary(answer);
        }
    }

    private static boolean isBodiless(int status) {
        return status == 204 || status == 304;
    }

    private boolean isLong(FilterAnswer answer) {
        boolean enough = settings.response().isLong(answer.header(HeaderName.CONTENT_LENGTH));
        if (!enough) {
            answer.count(settings.answers().why().tooSmall());
        }
        return enough;
    }

    private boolean isCompressible(FilterAnswer answer) {
        return settings.response().takes(answer.header(HeaderName.CONTENT_TYPE))
                && answer.header(CONTENT_ENCODING).isEmpty()
                && !settings.answers().leftStatuses().contains(answer.status())
                && !CodingHeaders.forbidsTransform(answer.header(CACHE_CONTROL))
                && mayLoseEtag(answer);
    }

    private boolean mayLoseEtag(FilterAnswer answer) {
        boolean left = settings.answers().leavesEtags() && !answer.header(ETAG).isEmpty();
        if (left) {
            answer.count(settings.answers().why().etag());
        }
        return !left;
    }

    private boolean accepts(String accepts, FilterAnswer answer) {
        var why = settings.answers().why();
        if (accepts.isEmpty()) {
            answer.count(why.noAccept());
            return false;
        }
        var type = answer.header(HeaderName.CONTENT_TYPE);
        var offers = new ArrayList<CodingChoice.Offer>();
        for (var other : chain) {
            if (other.response().takes(type)) {
                offers.add(new CodingChoice.Offer(other.coding().token(), other.preferred()));
            }
        }
        var choice = CodingChoice.of(accepts, offers);
        boolean chosen = choice.coding().equals(settings.coding().token());
        answer.count(
                switch (choice.why()) {
                    case NAMED -> chosen ? why.used() : why.overshadowed();
                    case WILDCARD -> why.wildcard();
                    case IDENTITY -> why.identity();
                    case NOT_VALID -> why.notValid();
                });
        return chosen;
    }

    private static void vary(FilterAnswer answer) {
        var before = answer.header(VARY);
        var listed = CodingHeaders.elements(before);
        if (!listed.contains("accept-encoding") && !listed.contains("*")) {
            answer.edits()
                    .add(CodingHeaders.set(VARY, before.isEmpty() ? "Accept-Encoding" : before + ", Accept-Encoding"));
        }
    }
}
