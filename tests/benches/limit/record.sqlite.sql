INSERT INTO cost_entries (id, version, initiative_id, category, kind, amount_minor, currency, incurred_on, note, recorded_by_id, recorded_at)
SELECT randomblob(16), 1, i.id, 'OTHER', 'ACTUAL', 1, p.currency, '2025-01-01', 'Stamps', i.owner_id, strftime('%Y-%m-%dT%H:%M:%f+00:00')
FROM initiatives AS i JOIN portfolios AS p ON p.id = i.portfolio_id WHERE i.id = $1
RETURNING json_object('data', json_object('costEntryRecord', json_object(
    'costEntry', json_object('amount', json_object('amount', printf('%.2f', amount_minor / 100.0), 'currency', currency), 'incurredOn', incurred_on, 'note', note),
    'userErrors', json('[]'))))
