/** The edge for Jakarta Servlet containers. */
@NullMarked
package io.tenancy.servlet;

import org.jspecify.annotations.NullMarked;
