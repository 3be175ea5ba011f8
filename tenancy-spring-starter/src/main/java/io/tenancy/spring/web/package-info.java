/** Whose request it is, at the edge of a Spring MVC application. */
@NullMarked
package io.tenancy.spring.web;

import org.jspecify.annotations.NullMarked;
