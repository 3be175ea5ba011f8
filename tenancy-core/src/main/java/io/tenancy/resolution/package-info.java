/** Stage 1: whose request is it? */
@NullMarked
package io.tenancy.resolution;

import org.jspecify.annotations.NullMarked;
