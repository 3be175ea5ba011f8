@NullMarked
package io.tenancy.jpa.control.transaction;

import org.jspecify.annotations.NullMarked;
