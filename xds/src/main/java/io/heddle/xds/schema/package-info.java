/// What Envoy's API is made of, and messages of it from text.
///
/// [Schema][io.heddle.xds.schema.Schema] knows each kind of message by its full name: it reads the description that the
/// compiler of the API wrote, and of that only what is asked for. The descriptors of the generated classes say the
/// same, but load it whole and keep it: a third of a proxy's start, and several megabytes of its heap.
/// [TreeMessage][io.heddle.xds.schema.TreeMessage] writes a tree of JSON or YAML as the bytes of a message.
///
/// Nothing here knows what a field means: that is `xds/read`. Start reading at `Schema`.
@NullMarked
package io.heddle.xds.schema;

import org.jspecify.annotations.NullMarked;
