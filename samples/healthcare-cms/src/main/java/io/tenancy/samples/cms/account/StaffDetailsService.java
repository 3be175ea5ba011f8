package io.tenancy.samples.cms.account;

import java.util.Locale;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.security.core.userdetails.UsernameNotFoundException;
import org.springframework.stereotype.Service;

/** Looks people up in the clinic's own table when they sign in. */
@Service
class StaffDetailsService implements UserDetailsService {

    private final AppUserRepository users;

    StaffDetailsService(AppUserRepository users) {
        this.users = users;
    }

    @Override
    public SignedInUser loadUserByUsername(String username) {
        return users.findByEmail(username.strip().toLowerCase(Locale.ROOT))
                .map(SignedInUser::new)
                .orElseThrow(() -> new UsernameNotFoundException("No such account"));
    }
}
