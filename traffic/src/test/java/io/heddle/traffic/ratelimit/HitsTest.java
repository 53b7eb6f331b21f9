package io.heddle.traffic.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.model.problem.Checked;
import io.heddle.traffic.balance.host.LabelValue;
import io.heddle.traffic.format.SubstitutionFormat;
import io.heddle.traffic.layer.RuntimeShare;
import io.heddle.traffic.metadata.RequestState;
import io.heddle.traffic.request.Peer;
import io.heddle.traffic.request.TextRequest;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class HitsTest {
    private static final DescriptorEntry ENTRY = new DescriptorEntry("generic_key", "all");

    private static final Peer PEER = new Peer(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 1),
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 2),
            false,
            Optional.empty(),
            Optional.empty());

    private static List<Descriptor> made(Hits hits, TextRequest head) {
        var state = new RequestState();
        state.merge("shop", new LabelValue.Fields(Map.of("tokens", new LabelValue.Numeric(7))));
        var request = new RateLimitAction.Request(
                head,
                PEER,
                new RateLimitAction.Clusters("", "app"),
                state,
                Map.of("plan", new LabelValue.Fields(Map.of("price", new LabelValue.Numeric(2)))));
        var found = new ArrayList<Descriptor>();
        RateLimit.addAll(
                List.of(new RateLimit(0, List.of(new RateLimitAction.GenericKey(ENTRY)), hits, RuntimeShare.ALL)),
                new RateLimit.Counted(request, _ -> true),
                found);
        return found;
    }

    private static Hits format(String text) {
        return new Hits.Formatted(((Checked.Ok<SubstitutionFormat>) SubstitutionFormat.of(text)).value());
    }

    private static TextRequest with(String tokens) {
        return TextRequest.get("shop", "/", "x-tokens", tokens);
    }

    @Test
    void a_request_counts_as_what_is_configured() {
        assertThat(made(new Hits.Standard(), with("5"))).containsExactly(new Descriptor(List.of(ENTRY)));
        assertThat(made(new Hits.Fixed(3), with("5")))
                .containsExactly(new Descriptor(List.of(ENTRY), OptionalLong.of(3)));
    }

    @ParameterizedTest
    @CsvSource({"5,5", "0,0", "3.9,3", "1e3,1000", "1000000000,1000000000", "+4,4", "-0,0"})
    void a_request_counts_as_what_its_header_says(String tokens, long hits) {
        assertThat(made(format("%REQ(x-tokens)%"), with(tokens)))
                .containsExactly(new Descriptor(List.of(ENTRY), OptionalLong.of(hits)));
    }

    @Test
    void a_request_counts_as_what_metadata_says() {
        assertThat(made(format("%DYNAMIC_METADATA(shop:tokens)%"), with("5")))
                .containsExactly(new Descriptor(List.of(ENTRY), OptionalLong.of(7)));
        assertThat(made(format("%METADATA(ROUTE:plan:price)%"), with("5")))
                .containsExactly(new Descriptor(List.of(ENTRY), OptionalLong.of(2)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-1", "many", "1000000001", "NaN", "0x10", "1d", "5 6"})
    void a_number_that_is_none_makes_no_descriptor(String tokens) {
        assertThat(made(format("%REQ(x-tokens)%"), with(tokens))).isEmpty();
        assertThat(made(format("%REQ(x-none)%"), with(tokens))).isEmpty();
    }
}
