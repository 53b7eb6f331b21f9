package io.heddle.xds.client;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.ListValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import io.envoyproxy.envoy.service.runtime.v3.Runtime;
import io.heddle.model.problem.Checked;
import io.heddle.model.problem.Problem;
import io.heddle.traffic.layer.RuntimeLayer;
import io.heddle.traffic.layer.RuntimeValue;
import io.heddle.xds.read.RuntimeResource;
import io.heddle.xds.resource.ResourceSet;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// Layers of a runtime over ADS.
final class RuntimeSubscriptionsTest {
    private static final Duration NOW = Duration.ofSeconds(100);
    private static final NodeInfo NODE = new NodeInfo("n", "c", Map.of(), "1");

    private final Sink sink = new Sink();

    private static final class Sink implements RuntimeSink {
        private final List<RuntimeLayer> layers = new ArrayList<>();
        private final List<Problem> problems = new ArrayList<>();
        private final Set<String> refused = new HashSet<>();
        private boolean settled;

        @Override
        public Set<String> resources() {
            return Set.of("shares", "flags");
        }

        @Override
        public boolean isSettled() {
            return settled;
        }

        @Override
        public void came(RuntimeLayer layer, List<Problem> warnings) {
            layers.add(layer);
            problems.addAll(warnings);
            settled = true;
        }

        @Override
        public void refused(Set<String> names, List<Problem> found) {
            refused.addAll(names);
            problems.addAll(found);
            settled = true;
        }
    }

    private static Runtime runtime(String name, String key, Value value) {
        return Runtime.newBuilder()
                .setName(name)
                .setLayer(Struct.newBuilder().putFields(key, value))
                .build();
    }

    private static Value number(double number) {
        return Value.newBuilder().setNumberValue(number).build();
    }

    private static DeltaDiscoveryResponse.Builder response(Runtime... resources) {
        var response = DeltaDiscoveryResponse.newBuilder()
                .setTypeUrl(RuntimeResource.TYPE_URL)
                .setNonce("7");
        for (var resource : resources) {
            response.addResources(
                    Resource.newBuilder().setName(resource.getName()).setResource(Any.pack(resource)));
        }
        return response;
    }

    private AdsConversation conversation(AdsVariant variant) {
        var subscriptions =
                new AdsSubscriptions((_, _) -> Checked.ok("fine"), ResourceSet.EMPTY, variant, Duration.ofSeconds(15));
        return new AdsConversation(subscriptions, sink, new AdsConversation.Options(NODE, true));
    }

    private static DeltaDiscoveryRequest only(List<byte[]> messages) throws IOException {
        assertThat(messages).hasSize(1);
        return DeltaDiscoveryRequest.parseFrom(messages.getFirst());
    }

    @Test
    void layers_are_asked_for_first_and_the_rest_when_they_are_settled() throws IOException {
        var conversation = conversation(AdsVariant.DELTA);
        var first = only(conversation.connected());
        assertThat(first.getTypeUrl()).isEqualTo(RuntimeResource.TYPE_URL);
        assertThat(first.getResourceNamesSubscribeList()).containsExactly("flags", "shares");
        assertThat(conversation.tick(NOW)).isEmpty();
        var then = conversation.received(
                response(runtime("shares", "a", number(30))).build().toByteArray(), NOW);
        assertThat(then).hasSize(3);
        assertThat(DeltaDiscoveryRequest.parseFrom(then.getFirst()))
                .matches(answer -> answer.getResponseNonce().equals("7") && !answer.hasErrorDetail());
        assertThat(DeltaDiscoveryRequest.parseFrom(then.get(1)).getTypeUrl()).endsWith("Cluster");
        assertThat(DeltaDiscoveryRequest.parseFrom(then.getLast()).getTypeUrl()).endsWith("Listener");
        assertThat(sink.layers).containsExactly(new RuntimeLayer("shares", Map.of("a", RuntimeValue.of("30", 30))));
        conversation.disconnected();
        assertThat(conversation.connected()).as("nothing is waited for again").hasSize(3);
    }

    @Test
    void the_rest_is_asked_for_when_layers_have_taken_too_long() throws IOException {
        var conversation = conversation(AdsVariant.DELTA);
        assertThat(conversation.connected()).hasSize(1);
        sink.settled = true;
        assertThat(conversation.tick(NOW)).hasSize(2);
        assertThat(conversation.tick(NOW)).isEmpty();
    }

    @Test
    void what_is_no_value_is_refused_and_the_good_layer_beside_it_taken() throws IOException {
        var list =
                Value.newBuilder().setListValue(ListValue.getDefaultInstance()).build();
        var subscriptions = new RuntimeSubscriptions(sink, AdsVariant.DELTA);
        var answer = subscriptions.received(response(runtime("shares", "a", list), runtime("flags", "b", number(1)))
                .build());
        assertThat(answer.getErrorDetail().getMessage())
                .isEqualTo("Runtime shares: layer.a: is no value of a runtime; write a number, true or false, a text, "
                        + "or a share");
        assertThat(sink.layers).map(RuntimeLayer::name).containsExactly("flags");
        assertThat(sink.refused).containsExactly("shares");
    }

    @Test
    void what_has_no_effect_is_taken_and_told() {
        var text = Value.newBuilder().setStringValue("many").build();
        var answer = new RuntimeSubscriptions(sink, AdsVariant.DELTA)
                .received(response(runtime("shares", "a", text)).build());
        assertThat(answer.hasErrorDetail()).isFalse();
        assertThat(sink.problems).singleElement().asString().startsWith("Runtime shares: layer.a: is a text");
    }

    @Test
    void a_layer_that_is_taken_back_says_nothing_and_one_of_another_name_is_left_alone() {
        var answer = new RuntimeSubscriptions(sink, AdsVariant.DELTA)
                .received(response(runtime("others", "a", number(1)))
                        .addRemovedResources("flags")
                        .build());
        assertThat(answer.hasErrorDetail()).isFalse();
        assertThat(sink.layers).containsExactly(new RuntimeLayer("flags", Map.of()));
    }

    @Test
    void bytes_that_are_no_layer_are_refused() {
        var malformed = Any.newBuilder()
                .setTypeUrl(RuntimeResource.TYPE_URL)
                .setValue(com.google.protobuf.ByteString.copyFromUtf8("junk"))
                .build();
        var answer = new RuntimeSubscriptions(sink, AdsVariant.DELTA)
                .received(response()
                        .addResources(Resource.newBuilder().setResource(malformed))
                        .build());
        assertThat(answer.getErrorDetail().getMessage()).startsWith("Runtime: is malformed: ");
        assertThat(sink.refused).as("any of them").containsExactlyInAnyOrder("flags", "shares");
    }

    @Test
    void an_answer_without_any_says_nothing_of_those_that_it_does_not_name_by_delta() {
        new RuntimeSubscriptions(sink, AdsVariant.DELTA).received(response().build());
        assertThat(sink.settled).isFalse();
        new RuntimeSubscriptions(sink, AdsVariant.STATE_OF_THE_WORLD)
                .received(response().build());
        assertThat(sink.refused).containsExactlyInAnyOrder("flags", "shares");
    }

    @Test
    void a_server_that_has_none_is_not_waited_for() throws IOException {
        var conversation = conversation(AdsVariant.STATE_OF_THE_WORLD);
        var first = DiscoveryRequest.parseFrom(conversation.connected().getFirst());
        assertThat(first.getResourceNamesList()).containsExactly("flags", "shares");
        var none = DiscoveryResponse.newBuilder()
                .setTypeUrl(RuntimeResource.TYPE_URL)
                .setVersionInfo("v1")
                .setNonce("1")
                .build();
        var then = conversation.received(none.toByteArray(), NOW);
        assertThat(then).hasSize(3);
        var answer = DiscoveryRequest.parseFrom(then.getFirst());
        assertThat(answer.getVersionInfo()).isEqualTo("v1");
        assertThat(answer.getResourceNamesList()).containsExactly("flags", "shares");
        var changed = DiscoveryResponse.newBuilder()
                .setTypeUrl(RuntimeResource.TYPE_URL)
                .setVersionInfo("v2")
                .setNonce("2")
                .addResources(Any.pack(runtime("flags", "b", number(1))))
                .build();
        assertThat(DiscoveryRequest.parseFrom(conversation
                                .received(changed.toByteArray(), NOW)
                                .getFirst())
                        .getVersionInfo())
                .isEqualTo("v2");
        assertThat(sink.layers).map(RuntimeLayer::name).containsExactly("flags");
    }
}
