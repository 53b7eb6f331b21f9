/// What is said of files that configuration and commands name: why one cannot be used, in words. Nothing here reads a
/// file. Start with [io.heddle.xds.file.FileReason].
@NullMarked
package io.heddle.xds.file;

import org.jspecify.annotations.NullMarked;
