SELECT json_object('data', json_object('initiative', (
    SELECT json_object(
        'id', hex(i.id), 'code', i.code, 'title', i.title, 'description', i.description, 'status', i.status, 'dueOn', i.due_on,
        'owner', json_object('id', hex(o.id), 'name', o.name, 'email', o.email),
        'milestones', json_object('nodes', (
            SELECT json_group_array(json_object(
                'id', hex(m.id), 'title', m.title, 'dueOn', m.due_on, 'status', m.status))
            FROM (SELECT * FROM milestones WHERE initiative_id = i.id ORDER BY due_on, id LIMIT 8) AS m)),
        'budget', (
            SELECT json_object(
                'approved', json_object('amount', printf('%.2f', approved / 100.0), 'currency', p.currency),
                'actual', json_object('amount', printf('%.2f', actual / 100.0)),
                'committed', json_object('amount', printf('%.2f', committed / 100.0)),
                'available', json_object('amount', printf('%.2f', (approved - actual - committed) / 100.0)),
                'used', json_object('value', printf('%d.%d', (actual * 2000 / approved + 1) / 20, (actual * 2000 / approved + 1) / 2 % 10), 'state', 'OK'))
            FROM (SELECT sum(amount_minor) AS approved FROM budget_moves WHERE initiative_id = i.id),
                 (SELECT sum(CASE WHEN kind = 'ACTUAL' THEN amount_minor ELSE 0 END) AS actual,
                         sum(CASE WHEN kind = 'COMMITMENT' THEN amount_minor ELSE 0 END) AS committed
                  FROM cost_entries WHERE initiative_id = i.id AND incurred_on <= date('now'))),
        'costs', json_object('nodes', (
            SELECT json_group_array(json_object(
                'id', hex(e.id), 'incurredOn', e.incurred_on, 'category', e.category,
                'amount', json_object('amount', printf('%.2f', e.amount_minor / 100.0), 'currency', e.currency),
                'note', e.note, 'recordedBy', json_object('id', hex(r.id), 'name', r.name)))
            FROM (SELECT * FROM cost_entries WHERE initiative_id = i.id ORDER BY incurred_on DESC, id LIMIT 3) AS e
            JOIN people AS r ON r.id = e.recorded_by_id)),
        'communications', json_object('nodes', (
            SELECT json_group_array(json_object(
                'id', hex(s.id), 'subject', s.subject, 'plannedFor', s.planned_for, 'sender', json_object('id', hex(f.id), 'name', f.name)))
            FROM (
                SELECT x.* FROM served_initiatives AS v JOIN communications AS x ON x.id = v.communication_id
                WHERE v.initiative_id = i.id ORDER BY x.sent_at DESC, x.id LIMIT 3) AS s
            JOIN people AS f ON f.id = s.sender_id)),
        'kpiLinks', (
            SELECT json_group_array(json_object(
                'id', hex(l.id), 'hypothesis', l.hypothesis, 'expectedChange', printf('%g', l.expected_change / 1000000.0),
                'kpi', json_object('code', k.code, 'name', k.name, 'target', (
                    SELECT json_object(
                        'baseline', printf('%g', t.baseline / 1000000.0), 'target', printf('%g', t.target / 1000000.0))
                    FROM kpi_targets AS t WHERE t.kpi_id = k.id AND date('now') BETWEEN t.from_day AND t.to_day))))
            FROM (SELECT * FROM kpi_links WHERE initiative_id = i.id AND removed_at IS NULL ORDER BY id) AS l
            JOIN kpis AS k ON k.id = l.kpi_id))
    FROM initiatives AS i
    JOIN portfolios AS p ON p.id = i.portfolio_id
    JOIN people AS o ON o.id = i.owner_id
    WHERE i.id = $1)))
