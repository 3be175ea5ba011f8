/** What an operator can ask a running application. */
@NullMarked
package io.tenancy.spring.actuate;

import org.jspecify.annotations.NullMarked;
