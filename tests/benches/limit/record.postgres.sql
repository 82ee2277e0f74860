WITH entry AS (
    INSERT INTO cost_entries (id, version, initiative_id, category, kind, amount_minor, currency, incurred_on, note, recorded_by_id, recorded_at)
    SELECT gen_random_uuid(), 1, i.id, 'OTHER', 'ACTUAL', 1, p.currency, '2025-01-01', 'Stamps', i.owner_id, now()
    FROM initiatives AS i JOIN portfolios AS p ON p.id = i.portfolio_id WHERE i.id = $1
    RETURNING *),
event AS (
    INSERT INTO events (id, at, actor_id, action, subject_kind, subject_id, changes, request_id, within_id)
    SELECT gen_random_uuid(), now(), recorded_by_id, 'cost_entry.recorded', 'cst', id, '[]', '', initiative_id FROM entry)
SELECT json_build_object('data', json_build_object('costEntryRecord', json_build_object(
    'costEntry', json_build_object(
        'amount', json_build_object('amount', (amount_minor / 100.0)::numeric(20, 2)::text, 'currency', currency),
        'incurredOn', incurred_on, 'note', note),
    'userErrors', '[]'::json)))::text
FROM entry
