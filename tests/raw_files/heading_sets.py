"""Sixty sets of headings, made after public files and export code of their trades by hand.

Each is a table, and its headings with the column that is meant; ``-`` for a heading that must not
be taken for any column, ``␣`` for a space. No row of anybody's data is here.
"""

from __future__ import annotations

from typing import Final

SETS: Final[list[tuple[str, str, str]]] = [
    # Rosters.
    ("HR set of a college course", "agents",
     "Employee_Name=name EmpID=agent DeptID=- Salary=- Position=- Sex=gender DateofHire=signed"
     " DateofTermination=left TermReason=- EmploymentStatus=- Department=department ManagerName=-"),
    ("HR sample of an American retailer", "agents",
     "EmployeeID=agent RecordDate_key=- BirthDate=- OrigHireDate=signed TerminationDate=left City=- Department=department"
     " JobTitle=- Gender=gender Status=-"),
    ("attrition set of a computer maker", "agents",
     "Age=- Attrition=- Department=department Education=education EmployeeNumber=agent Gender=gender JobRole=-"),
    ("personnel export, English", "agents",
     "Staff_ID=agent Full_Name=name Department_Name=department Hire_Date=signed Exit_Date=left Grade=rank Gender=gender"),
    ("payroll provider's export", "agents",
     "Emp_No=agent Employee_Name=name Date_of_Joining=signed Date_of_Leaving=left Date_of_Birth=- Team=team"),
    ("import template of a web application", "agents",
     "employee_id=agent first_name=- last_name=- department=department hire_date=signed employment_status=- role=-"),
    ("花名册 of an HR system", "agents",
     "序号=- 工号=agent 姓名=name 性别=gender 部门=department 岗位=- 入职日期=signed 转正日期=confirmed"
     " 合同到期日期=- 离职日期=left 学历=education 手机号=-"),
    ("员工信息 of a payroll system", "agents",
     "员工工号=agent 姓名=name 部门名称=department 职位=- 入职时间=signed 员工状态=- 出生日期=- 身份证号=-"),
    ("花名册 of a collaboration suite", "agents",
     "姓名=name 员工编号=agent 所属部门=department 职级=rank 直属主管=- 入职日=signed 预计转正日期=- 最高学历=education"),
    ("人事档案 of a factory", "agents",
     "人员编号=agent 姓名=name 所在部门=department 班组=- 到岗日期=signed 离岗日期=left 文化程度=education 籍贯=-"),
    ("代理人 list of a life insurer", "agents",
     "代理人编码=agent 代理人姓名=name 分公司=- 营业区=region 营业部=department 营业组=team 职级=rank 签约日期=signed"
     " 解约日期=left 推荐人工号=recruiter 执业证号=licence"),
    ("营销员 list of a life insurer", "agents",
     "营销员代码=agent 营销员姓名=name 所属营业部=department 所属营业组=team 入司日期=signed 离司日期=left 在职状态=-"
     " 性别=gender 出生日期=-"),
    ("业务员 of an agency system", "agents",
     "业务员代码=agent 业务员姓名=name 管理机构=- 团队=team 职级代码=rank 入司时间=signed 离司时间=left 资格证号=licence"),
    ("人力清单 of a branch", "agents",
     "机构=- 营业部名称=department 营业组名称=team 业务员工号=agent 业务员=name 职级名称=rank 入司日=signed 司龄=-"
     " 离司日=left 是否主管=is_manager"),
    ("理财经理 of a bank", "agents",
     "客户经理编号=agent 姓名=name 所属支行=- 网点=- 上岗日期=signed 离岗日期=left 学历=education"),
    ("店员 of a retailer", "agents",
     "店员编号=agent 姓名=name 门店=department 岗位=- 入职日期=signed 离职时间=left 性别=gender"),
    ("销售顾问 of a car dealer", "agents",
     "销售顾问工号=agent 姓名=name 门店名称=department 小组=team 入职日期=signed 离职日期=left 状态=-"),
    ("人员 with notes in the headings", "agents",
     "*工号=agent 姓名（必填）=name 入职日期(yyyy-mm-dd)=signed 离职日期：在职不填=left 部门/门店=department"),
    ("台账 with spaces", "agents",
     "工␣号=agent 姓␣名=name 性␣别=gender 营␣业␣部=department 签约␣日期=signed 解约␣日期=left"),
    ("新人 list", "agents",
     "员工号=agent 姓名=name 增员人=recruiter 入司日期=signed 培训日期=- 转正日=confirmed 所在营业组=team"),
    # Policies.
    ("保单 list of a postal insurer", "policies",
     "序号=- 投保单号=- 保单号=policy 机构=- 投保人=- 险种名称=product 保费=premium 合计保费=- 交费方式=pay_mode 交费期间=-"
     " 承保日期=issued 回销日期=- 状态=- 是否犹撤=- 网点编码=outlet 网点=- 员工单=- 银行单=-"),
    ("退保 list of the same", "policies",
     "序号=- 机构名称=- 保单号=policy 投保人=- 险种名称=product 保费=premium 保单日期=issued 交费期间=- 保全日期=- 保全金额=-"
     " 网点编码=outlet 网点名称=-"),
    ("保单服务 of an agency", "policies",
     "出单日期=issued 出单分公司=- 出单营业部=- 出单业务员=- 保单号=policy 保单状态=- 险种名称=product 投保人姓名=-"
     " 保险金额=- 缴费方式=pay_mode 缴费年期=- 保费=premium 标保=-"),
    ("新契约 of a life insurer", "policies",
     "保险单号=policy 业务员代码=agent 险种名称=product 主附险标志=is_main 首期保费=premium 首期佣金=fyc 缴别=pay_mode"
     " 承保日=issued 投保日期=- 生效日期=- 撤件日期=withdrawn"),
    ("承保清单 of a branch", "policies",
     "保单号码=policy 代理人工号=agent 产品名称=product 件数=pieces 首年保费（元）=premium 首年佣金=fyc 承保时间=issued"
     " 犹豫期退保日期=withdrawn 终止日期=ended 终止原因=ended_by"),
    ("业绩明细 of a group", "policies",
     "保单编号=policy 员工编号=agent 险种=product 新单保费=premium FYC=fyc 签单日期=issued 回访日期=- 备注=-"),
    ("个险 list", "policies",
     "保险合同号=policy 营销员工号=agent 险种代码=- 主险名称=- 首年度保费=premium 首年度佣金=fyc 合同生效日期=issued"
     " 退保日期=ended 交费类型=pay_mode"),
    ("银保 list", "policies",
     "保单号=policy 客户经理工号=agent 出单网点代码=outlet 产品=product 期交保费=premium 趸交保费=- 出单时间=issued"),
    ("经代 list", "policies",
     "保单号=policy 业务员编号=agent 保险公司=- 产品名称=product 保费金额=premium 佣金=fyc 出单日期=issued 缴费频率=pay_mode"),
    ("policies of an administration system", "policies",
     "policy_number=policy agent_code=agent product_name=product premium=premium commission_amount=fyc issue_date=issued"
     " start_date=- expiry_date=- policy_status=- payment_frequency=pay_mode"),
    ("policies of a broker's web application", "policies",
     "Policy_Number=policy Agent_ID=agent Insurance_Company=- Premium=premium Commission=fyc Issue_Date=issued"
     " End_Date=ended Customer_Name=-"),
    ("policies of an open warehouse", "policies",
     "POLICY_NO=policy AGENT_CODE=agent PLAN_NAME=product FIRST_YEAR_PREMIUM=premium ISSUE_DATE=issued SURRENDER_DATE=ended"
     " SUM_ASSURED=- BILLING_MODE=-"),
    ("香港 list", "policies",
     "保單號碼=policy 代理編號=agent 產品名稱=product 首年保費=premium 生效日期=issued"),
    ("汇总 by month", "policies",
     "保单号=policy 工号=agent 首年保费(万元)=premium FYC(元)=fyc 承保日期=issued 主险件数=pieces"),
    ("保单 with two kinds of date", "policies",
     "保单号=policy 工号=agent 投保日期=- 承保日期=issued 生效日期=- 签收日期=- 首年保费=premium 撤单日期=withdrawn"),
    ("保单 of an export with remarks", "policies",
     "保单号[必填]=policy 业务员工号*=agent 首年保费|元=premium 佣金（元）=fyc 承保日期/生效=issued 出单网点=outlet"),
    ("撤单 list", "policies",
     "保单号=policy 工号=agent 首年保费=premium 承保日期=issued 犹撤日期=withdrawn 犹撤原因=- 退费金额=-"),
    ("互联网 list", "policies",
     "保险单编号=policy 代理人编号=agent 险种=product 保险费=premium 保单生效日期=issued 保单失效日期=ended"),
    # Instalments.
    ("续期应收 of a life insurer", "dues",
     "保单号=policy 业务员工号=agent 应缴日期=due 应缴保费=due_premium 实缴日期=paid 实缴保费=paid_premium 缴费年度=-"),
    ("续收 list of a branch", "dues",
     "保单号码=policy 代理人工号=agent 应收日=due 应收保费=due_premium 收费日期=paid 收费金额=paid_premium 投保人=-"),
    ("renewals, English", "dues",
     "policy_no=policy agent_code=agent due_date=due premium_due=due_premium paid_date=paid paid_amount=paid_premium"),
    ("宽限期 list", "dues",
     "保险单号=policy 服务人员=- 业务员代码=agent 应交费日期=due 应收金额=due_premium 到账日期=paid 实收金额=paid_premium"
     " 宽限期止期=-"),
    ("续期 with the issue", "dues",
     "保单编号=policy 工号=agent 承保日期=- 应收日期=due 应收保费=due_premium 实收日期=paid 实收保费=paid_premium 缴别=-"),
    # What people do.
    ("工作日志", "activities",
     "日期=day 工号=agent 姓名=- 约访=appointments 拜访=visits 洽谈=interviews 促成=closings 增员面谈=recruiting_talks 备注=-"),
    ("活动量管理", "activities",
     "活动日期=day 业务员工号=agent 约访次数=appointments 拜访次数=visits 面谈数=interviews 意向客户=prospects 成交金额=-"),
    ("sales activity, English", "activities",
     "date=day agent_id=agent appointments=appointments visits=visits interviews=interviews closings=closings notes=-"),
    ("银保 拜访", "activities",
     "拜访日期=day 客户经理工号=agent 拜访网点=outlet 拜访客户数=visits 拜访内容=-"),
    ("考勤月报", "attendance",
     "日期=day 工号=agent 姓名=- 应出勤天数=days_due 实际出勤天数=days_present 请假天数=- 迟到次数=-"),
    ("考勤 of a clock", "attendance",
     "考勤日期=day 员工编号=agent 部门=- 应出勤=days_due 实出勤=days_present 签到时间=-"),
    ("attendance, English", "attendance",
     "date=day employee_id=agent days_due=days_due days_present=days_present overtime=-"),
    # Moves, ranks, outlets, goals, counts.
    ("异动 of an HR system", "transfers",
     "工号=agent 姓名=- 异动类型=- 异动日期=valid_from 原部门=from_department 新部门=department 经办人=-"),
    ("调动 of a branch", "transfers",
     "业务员工号=agent 调动日期=valid_from 调出营业部=from_department 调出营业组=from_team 调入营业部=department 调入营业组=team"),
    ("transfers, English", "transfers",
     "agent_id=agent valid_from=valid_from from_department=from_department department=department from_team=from_team team=team"),
    ("职级变动", "promotions",
     "工号=agent 姓名=- 变动日期=valid_from 原职级=from_rank 新职级=rank 审批人=-"),
    ("考核晋升", "promotions",
     "代理人编码=agent 晋升日期=valid_from 原职级=from_rank 现职级=rank 考核期=-"),
    ("网点 of a bank channel", "outlets",
     "网点编码=outlet 网点名称=name 客户经理工号=agent 合作日期=opened 终止日期=closed 地址=-"),
    ("网点 of a postal channel", "outlets",
     "序号=- 网点代码=outlet 网点名称=name 负责人工号=agent 网点类型=-"),
    ("目标 of a branch", "targets",
     "月份=month 层级=level 单位名称=unit 指标名称=kpi 目标值=target 备注=-"),
    ("客流 of a retailer", "counts",
     "日期=day 店员编号=agent 项目=item 数量=quantity 门店=-"),
    ("离职 list", "leavers",
     "工号=agent 姓名=- 离职日期=left 离职原因=- 离职类型=-"),
]  # fmt: skip
