package io.heddle.xds.resource;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// One xDS resource: its name, its bytes, and a version that is a hash of these bytes. Equal content has the same
/// version in every process, so a restarted control plane finds its proxies up to date.
///
/// @param name the name by which clients subscribe
/// @param version 16 hexadecimal digits of the content's SHA-256, or whatever a foreign server says
/// @param body the packed message
public record NamedResource(String name, String version, Any body) {
    private static final int VERSION_BYTES = 8;

    /// Packs a message under the name that it carries.
    ///
    /// @throws IllegalArgumentException when it is none of the messages of [ResourceType]
    public static NamedResource of(Message message) {
        var name = ResourceType.nameOf(message);
        var bytes = deterministicBytes(message);
        var body = Any.newBuilder()
                .setTypeUrl(ResourceType.typeUrl(message))
                .setValue(bytes)
                .build();
        return new NamedResource(name, hash(bytes.toByteArray()), body);
    }

    /// Takes a resource that came over the wire.
    ///
    /// @param version the server's version; may be empty, then the content's hash stands for it
    /// @throws InvalidProtocolBufferException when the body is not of `type` or is malformed
    public static NamedResource read(ResourceType type, String version, Any body)
            throws InvalidProtocolBufferException {
        if (!body.getTypeUrl().equals(type.typeUrl())) {
            throw new InvalidProtocolBufferException("expected " + type.typeUrl() + ", found " + body.getTypeUrl());
        }
        var name = ResourceType.nameOf(type.parse(body.getValue()));
        var known = version.isEmpty() ? hash(body.getValue().toByteArray()) : version;
        return new NamedResource(name, known, body);
    }

    /// Takes a resource as the delta variant sends it, with its name.
    ///
    /// @throws InvalidProtocolBufferException when the body is not of `type` or is malformed, or the name is none
    public static NamedResource read(ResourceType type, Resource sent) throws InvalidProtocolBufferException {
        var read = read(type, sent.getVersion(), sent.getResource());
        if (type.namesItself()) {
            return read;
        }
        if (sent.getName().indexOf('/') < 0) {
            throw new InvalidProtocolBufferException("its name has no route configuration: " + sent.getName());
        }
        return new NamedResource(sent.getName(), read.version(), read.body());
    }

    /// The message, parsed on each call.
    ///
    /// @throws IllegalStateException when the body is not a `T`: a bug, since [#read] has parsed it before
    public <T extends Message> T message(Class<T> type) {
        try {
            var known = ResourceType.ofTypeUrl(body.getTypeUrl())
                    .orElseThrow(() -> new IllegalStateException(name + " is of no known type"));
            return type.cast(known.parse(body.getValue()));
        } catch (InvalidProtocolBufferException | ClassCastException e) {
            throw new IllegalStateException(name + " is not a " + type.getSimpleName(), e);
        }
    }

    static String hash(byte[] bytes) {
        try {
            var digest = MessageDigest.getInstance("SHA-256").digest(bytes);
            return HexFormat.of().formatHex(digest, 0, VERSION_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    private static ByteString deterministicBytes(Message message) {
        var out = ByteString.newOutput(message.getSerializedSize());
        var coded = CodedOutputStream.newInstance(out);
        coded.useDeterministicSerialization();
        try {
            message.writeTo(coded);
            coded.flush();
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return out.toByteString();
    }
}
