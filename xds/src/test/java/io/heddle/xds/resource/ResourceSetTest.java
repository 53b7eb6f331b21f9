package io.heddle.xds.resource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Struct;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ResourceSetTest {
    private static final Cluster CATALOG =
            Cluster.newBuilder().setName("catalog").build();
    private static final Cluster RATINGS =
            Cluster.newBuilder().setName("ratings").build();
    private static final Listener INBOUND =
            Listener.newBuilder().setName("inbound").build();

    @Test
    void holds_messages_by_type_and_name() {
        var set = ResourceSet.of(RATINGS, CATALOG, INBOUND);
        assertThat(set.resources(ResourceType.CDS)).containsOnlyKeys("catalog", "ratings");
        assertThat(set.message(ResourceType.LDS, "inbound", Listener.class)).contains(INBOUND);
        assertThat(set.messages(ResourceType.CDS, Cluster.class)).containsExactly(CATALOG, RATINGS);
        assertThat(set.size()).isEqualTo(3);
    }

    @Test
    void a_change_makes_another_set_and_leaves_the_first() {
        var set = ResourceSet.of(CATALOG);
        var more = set.with(ResourceType.CDS, List.of(NamedResource.of(RATINGS)));
        assertThat(set.size()).isEqualTo(1);
        assertThat(more.without(ResourceType.CDS, List.of("ratings"))).isEqualTo(set);
        assertThat(ResourceSet.EMPTY.with(more)).isEqualTo(more);
    }

    @Test
    void the_version_follows_the_content_alone() {
        var one = ResourceSet.of(CATALOG, RATINGS);
        var same = ResourceSet.of(RATINGS, CATALOG);
        var other =
                ResourceSet.of(CATALOG, RATINGS.toBuilder().setAltStatName("r").build());
        assertThat(same.version(ResourceType.CDS)).isEqualTo(one.version(ResourceType.CDS));
        assertThat(other.version(ResourceType.CDS)).isNotEqualTo(one.version(ResourceType.CDS));
        assertThat(other.version(ResourceType.LDS)).isEqualTo(one.version(ResourceType.LDS));
    }

    @Test
    void refuses_a_body_of_another_type_or_without_form() {
        var cluster = NamedResource.of(CATALOG);
        assertThatThrownBy(() -> NamedResource.read(ResourceType.LDS, "1", cluster.body()))
                .isInstanceOf(InvalidProtocolBufferException.class);
        var broken = Any.newBuilder()
                .setTypeUrl(ResourceType.CDS.typeUrl())
                .setValue(ByteString.copyFromUtf8("\u0001\u0002\u0003"))
                .build();
        assertThatThrownBy(() -> NamedResource.read(ResourceType.CDS, "1", broken))
                .isInstanceOf(InvalidProtocolBufferException.class);
    }

    @Test
    void refuses_what_is_no_resource() {
        assertThatThrownBy(() -> NamedResource.of(Struct.getDefaultInstance()))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
