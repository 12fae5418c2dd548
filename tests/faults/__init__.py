"""What the digest survives, broken on purpose with real processes: `make faults`.

Each scenario is a function that returns its figures and raises when a promise is broken;
`python -m tests.faults NAME` runs one by itself. It takes too long for `make test`, which has a
short form of each:

killed_workers      test_mail_smtp: test_crash_on_the_wire_…, test_second_crash_…,
                    test_mail_at_which_a_worker_died_…; test_mail_ledger:
                    test_crash_before_sending_…, test_sweep_finds_what_a_dead_worker_left_behind
many_sweepers       test_mail_ledger: test_two_workers_claim_each_mail_once;
                    test_digest_rows: test_writing_down_twice_writes_once
sleeping_worker     test_mail_ledger: test_worker_whose_claim_is_old_cannot_send
forgetful_queue     test_mail_ledger: test_sweep_finds_what_a_lost_queue_forgot;
                    test_mail_queue: test_queue_keeps_nothing_that_a_worker_has_taken
absent_queue        test_mail_queue: test_with_the_queue_down_…
redelivery          test_mail_ledger: test_delivery_twice_sends_once,
                    test_claimed_mail_is_nobody_elses_until_the_lease_runs_out
moody_server        test_mail_smtp: test_mail_put_off_…, test_refused_mail_…,
                    test_server_that_hangs_up_on_the_wire_…
dead_recipient      test_mail_smtp: test_other_mails_go_on_over_a_new_connection_after_a_hang_up
silent_server       test_mail_smtp: test_without_a_server_mail_waits_and_uses_up_no_attempt
changed_people      test_digest_rows: test_digest_that_is_no_longer_wanted_is_skipped,
                    test_digest_written_before_a_requisition_was_given_away_…; test_stand_ins
local_time          test_digest_local_time, test_digest_schedule
outages             test_digest_rows: test_digest_after_an_outage_…, test_digest_three_days_late_…,
                    test_week_without_a_worker_ends_in_one_digest_not_a_burst
jumping_clock       test_digest_rows: test_clock_that_jumps_…
same_snapshot       test_mail_smtp: test_retry_is_byte_identical
spam_filter         test_digest_letter: test_letter_about_60_requisitions_is_smaller_than_90_kb
restored_backup     test_mail_holding
"""
