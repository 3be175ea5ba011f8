@NullMarked
package io.tenancy.spring.internal;

import org.jspecify.annotations.NullMarked;
