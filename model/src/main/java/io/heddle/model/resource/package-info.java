/// What users mean: one record per thing a user can declare, whatever language it was written in.
///
/// What lives here: deeply immutable records under the sealed [io.heddle.model.resource.Resource]. What must not:
/// parsing, YAML, protobuf, decisions. Start reading at [io.heddle.model.resource.Resource].
@NullMarked
package io.heddle.model.resource;

import org.jspecify.annotations.NullMarked;
