/// What users write: YAML and JSON documents of Kubernetes, Gateway API, Istio and Heddle kinds, read into the model.
///
/// What lives here: the way in ([io.heddle.dialect.Documents]: text to documents; [io.heddle.dialect.Dialects]:
/// document to resource) and the list of kinds. What must not: I/O, clocks, loggers, protobuf, decisions about
/// requests. Start reading at [io.heddle.dialect.Dialects].
@NullMarked
package io.heddle.dialect;

import org.jspecify.annotations.NullMarked;
