WITH of_portfolio AS MATERIALIZED (
    SELECT i.*, b.id AS baseline_id, b.budget_minor,
        (SELECT coalesce(sum(amount_minor), 0) FROM cost_entries
            WHERE initiative_id = i.id AND kind = 'ACTUAL' AND incurred_on <= date('now')) AS spent
    FROM initiatives AS i JOIN baselines AS b ON b.initiative_id = i.id WHERE i.portfolio_id = $1),
by_milestone AS (
    SELECT i.id,
        sum(bm.weight_bp * i.budget_minor / 10000 * m.percent_bp / 10000) AS earned,
        sum(CASE WHEN bm.due_on <= date('now') THEN bm.weight_bp * i.budget_minor / 10000 ELSE 0 END) AS planned,
        count(*) FILTER (WHERE m.status NOT IN ('DONE', 'CANCELLED') AND m.due_on < date('now')) AS late
    FROM of_portfolio AS i
    CROSS JOIN baseline_milestones AS bm ON bm.baseline_id = i.baseline_id
    CROSS JOIN milestones AS m ON m.id = bm.milestone_id
    GROUP BY i.id),
stood AS MATERIALIZED (
    SELECT i.status, i.spent, m.earned, m.planned, m.late,
        CASE WHEN i.spent * 100 >= m.earned * 107 THEN 'RED' WHEN i.spent * 100 >= m.earned * 104 OR m.late > 0 THEN 'AMBER' ELSE 'GREEN' END AS health
    FROM of_portfolio AS i JOIN by_milestone AS m ON m.id = i.id),
totals AS (
    SELECT count(*) AS initiatives, sum(late) AS late, sum(earned) AS earned, sum(planned) AS planned, sum(spent) AS spent FROM stood)
SELECT json_object('data', json_object('portfolio', json_object(
    'name', (SELECT name FROM portfolios WHERE id = $1),
    'summary', json_object(
        'initiatives', initiatives, 'open', initiatives, 'milestonesOverdue', late,
        'byStatus', (
            SELECT json_group_array(json_object('status', column1, 'count', (SELECT count(*) FROM stood WHERE stood.status = column1)))
            FROM (VALUES ('PROPOSED'), ('APPROVED'), ('ACTIVE'), ('ON_HOLD'), ('CLOSING'), ('CLOSED'), ('CANCELLED'), ('REJECTED'))),
        'byHealth', (
            SELECT json_group_array(json_object('health', column1, 'count', (SELECT count(*) FROM stood WHERE stood.health = column1)))
            FROM (VALUES ('GREEN'), ('AMBER'), ('RED'), ('GREY'))),
        'earnedValue', json_object(
            'earnedValue', json_object('value', printf('%.2f', earned / 100.0)),
            'plannedValue', json_object('value', printf('%.2f', planned / 100.0)),
            'actualCost', json_object('value', printf('%.2f', spent / 100.0)),
            'costIndex', json_object('value', printf('%d.%04d', (earned * 20000 / spent + 1) / 2 / 10000, (earned * 20000 / spent + 1) / 2 % 10000))))))
)
FROM totals
