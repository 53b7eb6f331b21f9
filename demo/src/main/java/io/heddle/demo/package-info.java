/// The sample application: a small bookshop of five services and its load generator.
///
/// Everything here is an ordinary HTTP application on the JDK's own server and client. Nothing here may know the mesh:
/// an application calls `http://catalog.shop` through the proxy that the standard `HTTP_PROXY` variable names, and
/// that is all. Start reading at [io.heddle.demo.Bookshop].
@NullMarked
package io.heddle.demo;

import org.jspecify.annotations.NullMarked;
