/** The catalog queries behind the gate, one class per theme. */
@NullMarked
package io.tenancy.jpa.isolation.gate.internal;

import org.jspecify.annotations.NullMarked;
