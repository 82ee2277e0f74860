SELECT json_build_object('data', json_build_object('portfolio', (
    SELECT json_build_object('name', p.name, 'initiatives', (
        SELECT json_build_object(
            'nodes', json_agg(json_build_object(
                'id', i.id, 'code', i.code, 'title', i.title, 'status', i.status, 'dueOn', i.due_on,
                'owner', json_build_object('id', o.id, 'name', o.name, 'email', o.email),
                'milestones', json_build_object('nodes', (
                    SELECT json_agg(json_build_object(
                        'id', m.id, 'title', m.title, 'dueOn', m.due_on, 'status', m.status) ORDER BY m.due_on, m.id)
                    FROM (SELECT * FROM milestones WHERE initiative_id = i.id ORDER BY due_on, id LIMIT 8) AS m)),
                'budget', json_build_object(
                    'approved', json_build_object('amount', (b.approved / 100.0)::numeric(20, 2)::text, 'currency', p.currency),
                    'actual', json_build_object('amount', (c.actual / 100.0)::numeric(20, 2)::text),
                    'committed', json_build_object('amount', (c.committed / 100.0)::numeric(20, 2)::text),
                    'available', json_build_object('amount', ((b.approved - c.actual - c.committed) / 100.0)::numeric(20, 2)::text),
                    'used', json_build_object('value', round(c.actual * 100.0 / b.approved, 1)::text, 'state', 'OK')),
                'costs', json_build_object('nodes', (
                    SELECT json_agg(json_build_object(
                        'id', e.id, 'incurredOn', e.incurred_on, 'category', e.category,
                        'amount', json_build_object('amount', (e.amount_minor / 100.0)::numeric(20, 2)::text, 'currency', e.currency),
                        'note', e.note, 'recordedBy', json_build_object('id', r.id, 'name', r.name)) ORDER BY e.incurred_on DESC, e.id)
                    FROM (SELECT * FROM cost_entries WHERE initiative_id = i.id ORDER BY incurred_on DESC, id LIMIT 3) AS e
                    JOIN people AS r ON r.id = e.recorded_by_id)),
                'communications', json_build_object('nodes', (
                    SELECT json_agg(json_build_object(
                        'id', s.id, 'subject', s.subject, 'plannedFor', s.planned_for, 'sender', json_build_object('id', f.id, 'name', f.name)) ORDER BY s.sent_at DESC, s.id)
                    FROM (
                        SELECT x.* FROM served_initiatives AS v JOIN communications AS x ON x.id = v.communication_id
                        WHERE v.initiative_id = i.id ORDER BY x.sent_at DESC, x.id LIMIT 3) AS s
                    JOIN people AS f ON f.id = s.sender_id)),
                'kpiLinks', (
                    SELECT json_agg(json_build_object(
                        'id', l.id, 'hypothesis', l.hypothesis, 'expectedChange', trim_scale(l.expected_change / 1000000.0)::text,
                        'kpi', json_build_object('code', k.code, 'name', k.name, 'target', (
                            SELECT json_build_object(
                                'baseline', trim_scale(t.baseline / 1000000.0)::text, 'target', trim_scale(t.target / 1000000.0)::text)
                            FROM kpi_targets AS t WHERE t.kpi_id = k.id AND current_date BETWEEN t.from_day AND t.to_day))) ORDER BY l.id)
                    FROM kpi_links AS l JOIN kpis AS k ON k.id = l.kpi_id WHERE l.initiative_id = i.id AND l.removed_at IS NULL)) ORDER BY i.due_on, i.id) FILTER (WHERE i.place <= 50),
            'pageInfo', json_build_object('hasNextPage', count(*) > 50))
        FROM (
            SELECT *, row_number() OVER (ORDER BY due_on, id) AS place
            FROM initiatives WHERE portfolio_id = p.id ORDER BY due_on, id LIMIT 51) AS i
        JOIN people AS o ON o.id = i.owner_id
        CROSS JOIN LATERAL (SELECT sum(amount_minor)::bigint AS approved FROM budget_moves WHERE initiative_id = i.id) AS b
        CROSS JOIN LATERAL (
            SELECT sum(CASE WHEN kind = 'ACTUAL' THEN amount_minor ELSE 0 END)::bigint AS actual,
                   sum(CASE WHEN kind = 'COMMITMENT' THEN amount_minor ELSE 0 END)::bigint AS committed
            FROM cost_entries WHERE initiative_id = i.id AND incurred_on <= current_date) AS c))
    FROM portfolios AS p WHERE p.id = $1)))::text
