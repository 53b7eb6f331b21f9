/// Files that configuration and commands name: their text, within limits, and why one cannot be used, in words.
/// What the text means is read elsewhere. Start with [io.heddle.xds.file.TextFile].
@NullMarked
package io.heddle.xds.file;

import org.jspecify.annotations.NullMarked;
